import { timingSafeEqual } from 'node:crypto'
import type { Secret } from './scheme'

/** Constant-time equality of two digests. Digests have a public length, so a different length may answer at once. */
export function equalDigests(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** Constant-time equality of two secret texts: both sides are hashed first, so that not even the length shows in the time. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b))
}

/**
 * Whether a secret may serve as a shared one. An empty text proves nothing, and a `whpk_` text is a *public* key: whoever
 * reads the sender's documentation could sign an HMAC with it.
 */
export function isShared(secret: Secret): boolean {
  return secret.value.length > 0 && !secret.value.startsWith('whpk_')
}

function sha256(text: string): Uint8Array {
  return new Bun.CryptoHasher('sha256').update(text).digest()
}
