import type { Refusal, SchemeSetting, Verdict } from './scheme'

/** A refusal as a verdict. */
export function refuse(code: Refusal['code'], message: string): Verdict {
  return { ok: false, refusal: { code, message } }
}

/** Of two refusals the one that tells an operator more: a proof that failed says more than a proof that is absent. */
export function moreTelling(a: Refusal | null, b: Refusal): Refusal {
  return a !== null && TELLING[a.code] >= TELLING[b.code] ? a : b
}

/** The refusal of a delivery that carries none of the accepted proofs: names what to send and, where known, how to set it. */
export function nothingPresented(settings: readonly SchemeSetting[]): Refusal {
  const [only] = settings
  if (settings.length === 1 && only !== undefined) {
    return { code: 'missing', message: `no ${proofOf(only)}: ${remedyOf(only)}` }
  }
  if (only === undefined) return { code: 'missing', message: 'this source accepts no scheme: choose one in its settings' }
  const proofs = settings.map(proofOf).join(', ')
  return { code: 'missing', message: `nothing that proves the sender: send one of ${proofs}, made with this source's secret` }
}

/** `x-webhook-hmac` as people write it: `X-Webhook-Hmac`. */
export function headerTitle(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-')
}

const TELLING: Record<Refusal['code'], number> = { missing: 0, no_secret: 1, malformed: 2, mismatch: 3, expired: 4, future: 4 }

function proofOf(setting: SchemeSetting): string {
  switch (setting.scheme) {
    case 'hmac':
    case 'api-key':
      return `${headerTitle(setting.header)} header`
    case 'standard-webhooks':
      return 'webhook-signature header'
    case 'jwt':
      return 'Authorization: Bearer token'
    case 'basic':
      return 'Authorization: Basic header'
    case 'url':
      return setting.parameter === undefined ? 'secret in the path of the URL' : `${setting.parameter} in the query of the URL`
    case 'none':
      return 'proof'
  }
}

function remedyOf(setting: SchemeSetting): string {
  if (setting.scheme === 'hmac' && setting.header === 'x-webhook-hmac') {
    return "set WHATSAPP_HOOK_HMAC_KEY (or the webhook's hmac.key) at the sender to this source's secret"
  }
  if (setting.scheme === 'api-key' && setting.header === 'x-api-key') {
    return "set API_KEY at the sender to this source's secret"
  }
  if (setting.scheme === 'jwt') return "set the sender's jwt_key to this source's secret"
  if (setting.scheme === 'basic') return 'put user:password@ into the webhook URL at the sender'
  if (setting.scheme === 'url') return 'use the webhook URL as this source shows it, with the secret in it'
  return "let the sender sign with this source's secret"
}
