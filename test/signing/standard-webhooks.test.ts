import { describe, expect, test } from 'bun:test'
import { authenticate } from '../../src/signing/authenticate'
import { type SchemeSetting, STANDARD_TOLERANCE_MS } from '../../src/signing/scheme'
import { deliveryOf, readSamples, type Sample } from '../providers/samples'
import { NOW, secret } from './secrets'

const STANDARD: SchemeSetting[] = [{ scheme: 'standard-webhooks', toleranceMs: STANDARD_TOLERANCE_MS }]
const samples = await readSamples('standard-webhooks')
const KEY = 'whsec_M5nD4+lAqBCLQ14wLLusgVtteecTM0rH'

function verdictOf(name: string, value = KEY, now = NOW) {
  const sample = samples.find((each) => each.name === name) as Sample
  return authenticate(sample.delivery, STANDARD, [secret(value)], now)
}

function sign(key: string | Uint8Array, id: string, seconds: number, body: string): Record<string, string> {
  const signature = new Bun.CryptoHasher('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
}

describe('Standard Webhooks', () => {
  test('a signature of this minute is accepted, with its own header names and with those of Svix', () => {
    expect(verdictOf('session.connected')).toEqual({ ok: true, scheme: 'standard-webhooks', secretId: 'a' })
    expect(verdictOf('svix-headers').ok).toBe(true)
  })

  test('while a secret is rotated, any of several signatures suffices', () => {
    expect(verdictOf('rotation.two-signatures').ok).toBe(true)
  })

  test('an ed25519 signature is accepted when the secret is the public key', () => {
    expect(verdictOf('asymmetric.v1a', 'whpk_sFlV6eTx+Ayfil+S6c4bRCTzoP9sLHzcHz8GwGdLPpE=').ok).toBe(true)
    expect(verdictOf('asymmetric.v1a', 'whpk_AAAV6eTx+Ayfil+S6c4bRCTzoP9sLHzcHz8GwGdLPpE=')).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    expect(verdictOf('asymmetric.v1a', 'whpk_nonsense').ok).toBe(false)
  })

  test('a public key signs nothing: an HMAC made with it is refused', () => {
    const key = 'whpk_sFlV6eTx+Ayfil+S6c4bRCTzoP9sLHzcHz8GwGdLPpE='
    for (const forged of [key, Buffer.from(key.slice(5), 'base64')]) {
      const delivery = deliveryOf('{}', sign(forged, 'msg_1', NOW / 1000, '{}'))
      expect(authenticate(delivery, STANDARD, [secret(key)], NOW).ok).toBe(false)
    }
  })

  test('too old and too new are told apart, and both mean that the signature was genuine', () => {
    expect(verdictOf('invalid.expired')).toMatchObject({ ok: false, refusal: { code: 'expired' } })
    expect(verdictOf('invalid.future')).toMatchObject({ ok: false, refusal: { code: 'future' } })
  })

  test('300 seconds either way are allowed, 301 are not', () => {
    expect(verdictOf('session.connected', KEY, NOW + 300_999).ok).toBe(true)
    expect(verdictOf('session.connected', KEY, NOW + 301_000)).toMatchObject({ ok: false, refusal: { code: 'expired' } })
    expect(verdictOf('session.connected', KEY, NOW - 300_000).ok).toBe(true)
    expect(verdictOf('session.connected', KEY, NOW - 301_000)).toMatchObject({ ok: false, refusal: { code: 'future' } })
  })

  test('hexadecimal instead of base64 is named as the mistake; a signature over another id is a mismatch', () => {
    expect(verdictOf('invalid.hex-instead-of-base64')).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    expect(verdictOf('invalid.tampered-id')).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
  })

  test('a secret without whsec_ is its own text', () => {
    const delivery = deliveryOf('{}', sign('plain text secret', 'msg_1', NOW / 1000, '{}'))
    expect(authenticate(delivery, STANDARD, [secret('plain text secret')], NOW).ok).toBe(true)
  })

  test('an empty whsec_ secret opens nothing', () => {
    const unkeyed = new Bun.CryptoHasher('sha256').update(`msg_1.${NOW / 1000}.{}`).digest('base64')
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(NOW / 1000), 'webhook-signature': `v1,${unkeyed}` }
    for (const value of ['whsec_', 'whsec_*', '']) {
      expect(authenticate(deliveryOf('{}', headers), STANDARD, [secret(value)], NOW).ok).toBe(false)
    }
  })

  test('missing and senseless headers are called malformed', () => {
    const good = sign('k', 'msg_1', NOW / 1000, '{}')
    const cases: Record<string, string>[] = [
      { ...good, 'webhook-id': 'a.b' },
      { ...good, 'webhook-timestamp': 'yesterday' },
      { ...good, 'webhook-timestamp': '-1' },
      { ...good, 'webhook-signature': 'v2,abc' },
      { 'webhook-signature': good['webhook-signature'] ?? '' },
    ]
    for (const headers of cases) {
      expect(authenticate(deliveryOf('{}', headers), STANDARD, [secret('k')], NOW)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    }
  })
})
