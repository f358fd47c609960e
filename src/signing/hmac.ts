import { equalDigests, isShared } from './compare'
import { headerTitle, refuse } from './refusal'
import type { SchemeCheck } from './scheme'

const DIGEST_BYTES = { sha256: 32, sha512: 64 } as const

/** HMAC of a shared secret over the raw body, in a header: WAHA, GOWA, wuzapi, Meta, GitHub. Never over re-serialised JSON. */
export const checkHmac: SchemeCheck<'hmac'> = (delivery, setting, secrets) => {
  const given = delivery.headers[setting.header]
  if (given === undefined) return null
  let text = given.trim()
  if (setting.prefix !== undefined) {
    if (text.startsWith(setting.prefix.text)) text = text.slice(setting.prefix.text.length)
    else if (!setting.prefix.optional) {
      return refuse('malformed', `${headerTitle(setting.header)} must begin with ${setting.prefix.text}`)
    }
  }
  let algorithm = setting.algorithm
  const named = setting.algorithmHeader === undefined ? undefined : delivery.headers[setting.algorithmHeader]
  if (named !== undefined) {
    const lower = named.trim().toLowerCase()
    if (lower !== 'sha256' && lower !== 'sha512') {
      return refuse('malformed', `${headerTitle(setting.algorithmHeader ?? '')} must say sha512 or sha256`)
    }
    algorithm = lower
  }
  // Buffer.from stops at the first character that is not of the alphabet: the length alone then tells that it was none.
  const signature = Buffer.from(text, setting.encoding)
  if (signature.byteLength !== DIGEST_BYTES[algorithm]) {
    return refuse('malformed', `${headerTitle(setting.header)} is not an HMAC-${algorithm.toUpperCase()} in ${setting.encoding}`)
  }
  for (const secret of secrets) {
    if (!isShared(secret)) continue
    const digest = new Bun.CryptoHasher(algorithm, secret.value).update(delivery.body).digest()
    if (equalDigests(digest, signature)) return { ok: true, scheme: 'hmac', secretId: secret.id }
  }
  return refuse(
    'mismatch',
    `${headerTitle(setting.header)} fits none of this source's secrets: compare the sender's key, and see that nothing on the way rewrites the body`,
  )
}
