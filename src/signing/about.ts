import { headerTitle } from './refusal'
import type { SchemeId, SchemeSetting } from './scheme'

/**
 * How much a scheme proves, the best first. `signed`: body and sender; `token`: a token that runs out; `shared`: the key itself
 * travels with each request; `weak`: so does it, where proxies write it down; `open`: nothing.
 */
export const STRENGTHS = ['signed', 'token', 'shared', 'weak', 'open'] as const
export type Strength = (typeof STRENGTHS)[number]

/** What pages say about a scheme. */
export interface SchemeAbout {
  scheme: SchemeId
  strength: Strength
  /** `HMAC-SHA256 in X-Webhook-Signature` */
  title: string
  /** One sentence, without a full stop: `proves body and sender`. */
  proves: string
  /** What should be known before it is chosen; null when nothing speaks against it. */
  warning: string | null
}

export function aboutScheme(setting: SchemeSetting): SchemeAbout {
  return { scheme: setting.scheme, title: titleOf(setting), ...judgementOf(setting) }
}

/** The weakest of the accepted schemes: what an attacker would try. Null when none is accepted. */
export function weakestOf(settings: readonly SchemeSetting[]): SchemeAbout | null {
  const all = settings.map(aboutScheme)
  return all.reduce<SchemeAbout | null>((worst, one) => (worst && STRENGTHS.indexOf(worst.strength) >= STRENGTHS.indexOf(one.strength) ? worst : one), null)
}

function titleOf(setting: SchemeSetting): string {
  switch (setting.scheme) {
    case 'hmac':
      return `HMAC-${setting.algorithm.toUpperCase()} in ${headerTitle(setting.header)}`
    case 'standard-webhooks':
      return 'Standard Webhooks signature'
    case 'jwt':
      return 'Bearer token (JWT, HS256)'
    case 'basic':
      return 'User and password (HTTP Basic)'
    case 'api-key':
      return `Secret in ${headerTitle(setting.header)}`
    case 'url':
      return setting.parameter === undefined ? 'Secret in the path of the URL' : `Secret in ?${setting.parameter}= of the URL`
    case 'none':
      return 'No proof'
  }
}

function judgementOf(setting: SchemeSetting): Pick<SchemeAbout, 'strength' | 'proves' | 'warning'> {
  switch (setting.scheme) {
    case 'hmac':
      if (setting.algorithm !== 'sha1') return { strength: 'signed', proves: 'proves body and sender', warning: null }
      return { strength: 'signed', proves: 'proves body and sender', warning: 'SHA-1 is outdated: use SHA-256 as soon as the sender can' }
    case 'standard-webhooks':
      return { strength: 'signed', proves: 'proves body, sender and time', warning: null }
    case 'jwt':
      return {
        strength: 'token',
        proves: 'proves the sender with a token that runs out, not the body',
        warning: 'who sees a token can post other bodies until it has run out',
      }
    case 'basic':
    case 'api-key':
      return {
        strength: 'shared',
        proves: 'only a shared key travels with each request',
        warning: 'who sees one request can post anything: use https all the way',
      }
    case 'url':
      return {
        strength: 'weak',
        proves: 'anyone who knows the URL can post',
        warning: 'URLs end up in the logs of proxies: use a signature or a header if the sender can send one',
      }
    case 'none':
      return { strength: 'open', proves: 'anyone who reaches this server can post', warning: 'unsafe: only where the network keeps strangers out' }
  }
}
