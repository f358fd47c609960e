import type { Delivery } from '../domain/delivery'
import type { Instant } from '../domain/event'
import { checkApiKey } from './api-key'
import { checkBasic } from './basic'
import { isShared } from './compare'
import { checkHmac } from './hmac'
import { checkJwt } from './jwt'
import { checkNone } from './none'
import { moreTelling, nothingPresented } from './refusal'
import type { Authenticate, Refusal, SchemeSetting, Secret, Verdict } from './scheme'
import { checkStandardWebhooks } from './standard-webhooks'
import { checkUrl } from './url'

/**
 * Tries every accepted scheme over every live secret; the first proof wins. When none holds, the refusal is the most telling
 * of all: a proof that was given and failed before a proof that is absent. Costs a few microseconds; never throws.
 */
export const authenticate: Authenticate = (delivery, settings, secrets, now) => {
  let refusal: Refusal | null = null
  for (const setting of settings) {
    const verdict = check(delivery, setting, secrets, now)
    if (verdict === null) continue
    if (verdict.ok) return verdict
    refusal = moreTelling(refusal, verdict.refusal)
  }
  if (!hasUsable(secrets)) return { ok: false, refusal: NO_SECRET }
  return { ok: false, refusal: refusal ?? nothingPresented(settings) }
}

const NO_SECRET: Refusal = { code: 'no_secret', message: 'this source has no live secret: add one in its settings and give it to the sender' }

function check(delivery: Delivery, setting: SchemeSetting, secrets: readonly Secret[], now: Instant): Verdict | null {
  switch (setting.scheme) {
    case 'hmac':
      return checkHmac(delivery, setting, secrets, now)
    case 'api-key':
      return checkApiKey(delivery, setting, secrets, now)
    case 'standard-webhooks':
      return checkStandardWebhooks(delivery, setting, secrets, now)
    case 'jwt':
      return checkJwt(delivery, setting, secrets, now)
    case 'basic':
      return checkBasic(delivery, setting, secrets, now)
    case 'url':
      return checkUrl(delivery, setting, secrets, now)
    case 'none':
      return checkNone(delivery, setting, secrets, now)
  }
}

function hasUsable(secrets: readonly Secret[]): boolean {
  return secrets.some((secret) => isShared(secret) || secret.value.startsWith('whpk_'))
}
