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

export const SCHEME_IDS = ['hmac', 'standard-webhooks', 'jwt', 'basic', 'api-key', 'url', 'none'] as const
export type SchemeId = (typeof SCHEME_IDS)[number]

/** How deliveries of a source prove themselves: a list of accepted schemes, each with its parameters. Header names in lower case. */
export type SchemeSetting =
  | {
      scheme: 'hmac'
      header: string
      /** SHA-1 only together with `legacy`. */
      algorithm: 'sha256' | 'sha512' | 'sha1'
      /** Somebody chose SHA-1 knowingly, for a sender that can do no better. */
      legacy?: boolean
      /** Header that names the algorithm, when the sender says it (WAHA). */
      algorithmHeader?: string
      encoding: 'hex' | 'base64'
      /** Literal text before the digest. `optional` accepts it with and without. */
      prefix?: { text: string; optional: boolean }
      /** For senders that sign `${before}${time}${between}${body}`; its age is then limited. */
      timestamp?: SignedTimestamp
    }
  | { scheme: 'standard-webhooks'; toleranceMs: number }
  | { scheme: 'jwt'; leewayMs: number }
  | { scheme: 'basic' }
  /** The secret itself in a header; `prefix` is what stands before it, such as `Bearer `. */
  | { scheme: 'api-key'; header: string; prefix?: string }
  /** The secret itself in the URL: in this query parameter, or without one in the path, right behind the session's name. */
  | { scheme: 'url'; parameter?: string }
  | { scheme: 'none' }

export interface SignedTimestamp {
  header: string
  unit: 's' | 'ms'
  before: string
  between: string
  toleranceMs: number
}

/** Checks one delivery against every live secret of its source. Pure; constant-time in the secret. */
export type Authenticate = (delivery: Delivery, settings: readonly SchemeSetting[], secrets: readonly Secret[], now: Instant) => Verdict

/** What one scheme says of a delivery: a verdict, or null when the delivery carries no proof of that kind at all. */
export type SchemeCheck<S extends SchemeId> = (
  delivery: Delivery,
  setting: Extract<SchemeSetting, { scheme: S }>,
  secrets: readonly Secret[],
  now: Instant,
) => Verdict | null

/** Standard Webhooks' reference libraries accept 300 s either way. */
export const STANDARD_TOLERANCE_MS = 300_000

/** Evolution makes its 10-minute token once and repeats it on retries for some 20 minutes: a strict clock loses them for good. */
export const JWT_LEEWAY_MS = 25 * 60_000

/** What the default source accepts for its secrets; the order is the order of trying. */
export const DEFAULT_SCHEMES: readonly SchemeSetting[] = [
  { scheme: 'hmac', header: 'x-webhook-signature', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: true } },
  { scheme: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: true } },
  { scheme: 'hmac', header: 'x-webhook-hmac', algorithm: 'sha512', algorithmHeader: 'x-webhook-hmac-algorithm', encoding: 'hex' },
  { scheme: 'hmac', header: 'x-hmac-signature', algorithm: 'sha256', encoding: 'hex' },
  { scheme: 'standard-webhooks', toleranceMs: STANDARD_TOLERANCE_MS },
  { scheme: 'jwt', leewayMs: JWT_LEEWAY_MS },
  { scheme: 'api-key', header: 'x-api-key' },
]
