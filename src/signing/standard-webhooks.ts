import { createPublicKey, verify } from 'node:crypto'
import { equalDigests, isShared } from './compare'
import { refuse } from './refusal'
import type { SchemeCheck, Secret, Verdict } from './scheme'

/** More than a rotation ever needs; bounds the work an unproved request can cause. */
const MAX_SIGNATURES = 8

/**
 * Standard Webhooks (spec 1.0, also Svix's own header names): `v1,<base64 HMAC-SHA256>` or `v1a,<base64 ed25519>` over
 * `id.timestamp.body`. A `whsec_` secret is base64, a `whpk_` secret is the sender's public key, any other text is its own
 * UTF-8 bytes. The signature is judged before the time, so `expired` says: genuine, but the clocks differ.
 */
export const checkStandardWebhooks: SchemeCheck<'standard-webhooks'> = (delivery, setting, secrets, now) => {
  const { headers } = delivery
  const names = headers['svix-signature'] !== undefined ? SVIX : STANDARD
  const given = headers[names.signature]
  if (given === undefined) return null
  const id = headers[names.id]
  const timestamp = headers[names.timestamp]
  if (id === undefined || timestamp === undefined) {
    return refuse('malformed', `${names.signature} came without ${id === undefined ? names.id : names.timestamp}`)
  }
  const seconds = Number(timestamp)
  if (!Number.isSafeInteger(seconds) || seconds <= 0) return refuse('malformed', `${names.timestamp} is not a number of Unix seconds`)
  if (id.length === 0 || id.includes('.')) return refuse('malformed', `${names.id} is empty or holds a dot`)

  const signer = findSigner(`${id}.${timestamp}.`, delivery.body, given.trim(), secrets)
  if (!('id' in signer)) return signer
  return judgeTime(seconds, setting.toleranceMs, now) ?? { ok: true, scheme: 'standard-webhooks', secretId: signer.id }
}

const STANDARD = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' } as const
const SVIX = { id: 'svix-id', timestamp: 'svix-timestamp', signature: 'svix-signature' } as const

function judgeTime(seconds: number, toleranceMs: number, now: number): Verdict | null {
  const age = Math.floor(now / 1000) - seconds
  const tolerance = Math.floor(toleranceMs / 1000)
  if (age > tolerance) {
    return refuse('expired', `signed ${age} s ago, ${tolerance} s are allowed: compare both machines' clocks; a retry must be signed anew`)
  }
  if (-age > tolerance) return refuse('future', `signed ${-age} s in the future, ${tolerance} s are allowed: compare both machines' clocks`)
  return null
}

function findSigner(prefix: string, body: Uint8Array, list: string, secrets: readonly Secret[]): Secret | Verdict {
  let understood = false
  for (const entry of list.split(' ', MAX_SIGNATURES)) {
    const comma = entry.indexOf(',')
    const version = entry.slice(0, Math.max(comma, 0))
    if (version !== 'v1' && version !== 'v1a') continue
    const signature = Buffer.from(entry.slice(comma + 1), 'base64')
    if (signature.byteLength !== (version === 'v1' ? 32 : 64)) continue
    understood = true
    for (const secret of secrets) {
      const fits = version === 'v1' ? fitsHmac(secret, prefix, body, signature) : fitsEd25519(secret, prefix, body, signature)
      if (fits) return secret
    }
  }
  return understood
    ? refuse('mismatch', "the signature fits none of this source's secrets: compare the sender's signing secret")
    : refuse('malformed', 'the signature is not v1,<base64> (hexadecimal is not base64)')
}

function fitsHmac(secret: Secret, prefix: string, body: Uint8Array, signature: Uint8Array): boolean {
  if (!isShared(secret)) return false
  const key = secret.value.startsWith('whsec_') ? Buffer.from(secret.value.slice(6), 'base64') : secret.value
  // An empty key would make Bun hash without one: anyone could then compute the signature.
  if (key.length === 0) return false
  return equalDigests(new Bun.CryptoHasher('sha256', key).update(prefix).update(body).digest(), signature)
}

function fitsEd25519(secret: Secret, prefix: string, body: Uint8Array, signature: Uint8Array): boolean {
  if (!secret.value.startsWith('whpk_')) return false
  try {
    const x = Buffer.from(secret.value.slice(5), 'base64').toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, Buffer.concat([Buffer.from(prefix), body]), key, signature)
  } catch {
    return false // not a public key at all: nothing can be proved with it
  }
}
