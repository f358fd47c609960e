import { equalDigests, isShared } from './compare'
import { headerTitle, refuse } from './refusal'
import type { Refusal, SchemeCheck, SchemeSetting, SignedTimestamp, Verdict } from './scheme'

type HmacSetting = Extract<SchemeSetting, { scheme: 'hmac' }>

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const

/** HMAC of a shared secret over the raw body, in a header: WAHA, GOWA, wuzapi, Meta, GitHub. Never over re-serialised JSON. */
export const checkHmac: SchemeCheck<'hmac'> = (delivery, setting, secrets, now) => {
  const given = delivery.headers[setting.header]
  if (given === undefined) return null
  const { headers, body } = delivery
  const title = headerTitle(setting.header)
  const digestText = withoutPrefix(given.trim(), setting)
  if (digestText === null) return refuse('malformed', `${title} must begin with ${setting.prefix?.text}`)
  const algorithm = algorithmOf(setting, headers)
  if (algorithm === null) return refuse('malformed', `${headerTitle(setting.algorithmHeader ?? '')} must say sha512 or sha256`)
  // Buffer.from stops at the first character that is not of the alphabet: the length alone then tells that it was none.
  const signature = Buffer.from(digestText, setting.encoding)
  if (signature.byteLength !== DIGEST_BYTES[algorithm]) {
    return refuse('malformed', `${title} is not an HMAC-${algorithm.toUpperCase()} in ${setting.encoding}`)
  }
  const time = setting.timestamp && headers[setting.timestamp.header]
  if (setting.timestamp && time === undefined) return refuse('malformed', `${title} came without ${headerTitle(setting.timestamp.header)}`)
  const lead = setting.timestamp ? `${setting.timestamp.before}${time}${setting.timestamp.between}` : ''
  for (const secret of secrets) {
    if (!isShared(secret)) continue
    const hasher = new Bun.CryptoHasher(algorithm, secret.value)
    if (lead !== '') hasher.update(lead)
    if (!equalDigests(hasher.update(body).digest(), signature)) continue
    return (setting.timestamp && judgeTime(setting.timestamp, time as string, now)) ?? { ok: true, scheme: 'hmac', secretId: secret.id }
  }
  return refuse('mismatch', `${title} fits none of this source's secrets: compare the sender's key, and see that nothing on the way rewrites the body`)
}

function withoutPrefix(text: string, { prefix }: HmacSetting): string | null {
  if (prefix === undefined) return text
  if (text.startsWith(prefix.text)) return text.slice(prefix.text.length)
  return prefix.optional ? text : null
}

/** Null when the sender names one that is not accepted: never a weaker one than was set. */
function algorithmOf({ algorithm, algorithmHeader }: HmacSetting, headers: Readonly<Record<string, string>>): HmacSetting['algorithm'] | null {
  const named = algorithmHeader === undefined ? undefined : headers[algorithmHeader]
  if (named === undefined) return algorithm
  const lower = named.trim().toLowerCase()
  return lower === 'sha256' || lower === 'sha512' || lower === algorithm ? (lower as HmacSetting['algorithm']) : null
}

function judgeTime(setting: SignedTimestamp, text: string, now: number): Verdict | null {
  const at = Number(text) * (setting.unit === 's' ? 1000 : 1)
  if (!Number.isFinite(at) || at <= 0) return refuse('malformed', `${headerTitle(setting.header)} is not a Unix time in ${setting.unit}`)
  const off = now - at
  if (Math.abs(off) <= setting.toleranceMs) return null
  const code: Refusal['code'] = off > 0 ? 'expired' : 'future'
  const told = `signed ${Math.round(Math.abs(off) / 1000)} s ${off > 0 ? 'ago' : 'in the future'}, ${setting.toleranceMs / 1000} s are allowed`
  return refuse(code, `${told}: compare both machines' clocks; a retry must be signed anew`)
}
