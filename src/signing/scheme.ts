import type { Delivery } from '../domain/delivery'
import type { Instant } from '../domain/event'

/** A live secret of a source. `value` is the text as the operator knows it. */
export interface Secret {
  id: string
  value: string
}

/** Why a delivery was refused, in words an operator can act on; never which byte differed. */
export interface Refusal {
  code: 'missing' | 'malformed' | 'mismatch' | 'expired' | 'future' | 'no_secret'
  /** One sentence with the remedy: "no X-Webhook-Hmac header: set WHATSAPP_HOOK_HMAC_KEY". */
  message: string
}

/** The outcome of checking one delivery. */
export type Verdict = { ok: true; scheme: SchemeId; secretId: string | null } | { ok: false; refusal: Refusal }

export type SchemeId = 'hmac' | 'standard-webhooks' | 'jwt' | 'api-key' | 'basic' | 'none'

/** How deliveries of a source prove themselves: a list of accepted schemes, each with its parameters. */
export type SchemeSetting =
  | {
      scheme: 'hmac'
      /** Lower-case header name. */
      header: string
      algorithm: 'sha256' | 'sha512'
      /** Header that names the algorithm, when the sender says it (WAHA). Lower-case. */
      algorithmHeader?: string
      encoding: 'hex' | 'base64'
      /** Literal text before the digest. `optional` accepts it with and without. */
      prefix?: { text: string; optional: boolean }
    }
  | { scheme: 'standard-webhooks'; toleranceMs: number }
  | { scheme: 'jwt'; leewayMs: number }
  | { scheme: 'api-key'; header: string }
  | { scheme: 'basic' }
  | { scheme: 'none' }

/** Checks one delivery against every live secret of its source. Pure; constant-time in the secret. */
export type Authenticate = (delivery: Delivery, settings: readonly SchemeSetting[], secrets: readonly Secret[], now: Instant) => Verdict
