import { describe, expect, test } from 'bun:test'
import { authenticate } from '../../src/signing/authenticate'
import { DEFAULT_SCHEMES, type SchemeSetting } from '../../src/signing/scheme'
import { deliveryOf } from '../providers/samples'
import { NOW, secret } from './secrets'

const GITHUB: SchemeSetting = {
  scheme: 'hmac',
  header: 'x-hub-signature-256',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: { text: 'sha256=', optional: false },
}
const KEY = "It's a Secret to Everybody"
const DIGEST = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'

describe('HMAC over the raw body', () => {
  test("GitHub's published example is accepted", () => {
    const delivery = deliveryOf('Hello, World!', { 'x-hub-signature-256': `sha256=${DIGEST}` })
    expect(authenticate(delivery, [GITHUB], [secret(KEY)], NOW)).toEqual({ ok: true, scheme: 'hmac', secretId: 'a' })
  })

  test('a delivery signed with a retiring secret is still accepted, and the verdict names the secret', () => {
    const delivery = deliveryOf('Hello, World!', { 'x-hub-signature-256': `sha256=${DIGEST}` })
    expect(authenticate(delivery, [GITHUB], [secret('new', 'new'), secret(KEY, 'old')], NOW)).toEqual({ ok: true, scheme: 'hmac', secretId: 'old' })
  })

  test('upper-case digits and blanks around them do not matter; the prefix does where it is required', () => {
    const at = (value: string) => authenticate(deliveryOf('Hello, World!', { 'x-hub-signature-256': value }), [GITHUB], [secret(KEY)], NOW)
    expect(at(` sha256=${DIGEST.toUpperCase()} `).ok).toBe(true)
    expect(at(DIGEST)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
  })

  test('the default source accepts it with and without the prefix, in either header', () => {
    for (const header of ['x-webhook-signature', 'x-hub-signature-256']) {
      for (const prefix of ['', 'sha256=']) {
        const delivery = deliveryOf('Hello, World!', { [header]: prefix + DIGEST })
        expect(authenticate(delivery, DEFAULT_SCHEMES, [secret(KEY)], NOW).ok).toBe(true)
      }
    }
  })

  test("WAHA's algorithm header chooses SHA-512 or SHA-256, and nothing weaker", () => {
    const sign = (algorithm: 'sha512' | 'sha256' | 'sha1') => new Bun.CryptoHasher(algorithm, KEY).update('body').digest('hex')
    const at = (headers: Record<string, string>) => authenticate(deliveryOf('body', headers), DEFAULT_SCHEMES, [secret(KEY)], NOW)
    expect(at({ 'x-webhook-hmac': sign('sha512'), 'x-webhook-hmac-algorithm': 'sha512' }).ok).toBe(true)
    expect(at({ 'x-webhook-hmac': sign('sha512') }).ok).toBe(true)
    expect(at({ 'x-webhook-hmac': sign('sha256'), 'x-webhook-hmac-algorithm': 'SHA256' }).ok).toBe(true)
    expect(at({ 'x-webhook-hmac': sign('sha1'), 'x-webhook-hmac-algorithm': 'sha1' })).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    expect(at({ 'x-webhook-hmac': sign('sha256'), 'x-webhook-hmac-algorithm': 'sha512' })).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
  })

  test('the digest is taken over bytes: a body that is no UTF-8 verifies', () => {
    const body = new Uint8Array([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x7b])
    const digest = new Bun.CryptoHasher('sha256', KEY).update(body).digest('hex')
    expect(authenticate(deliveryOf(body, { 'x-webhook-signature': digest }), DEFAULT_SCHEMES, [secret(KEY)], NOW).ok).toBe(true)
  })

  test('what is no digest at all is called malformed, a wrong one a mismatch', () => {
    const at = (value: string) => authenticate(deliveryOf('Hello, World!', { 'x-webhook-signature': value }), DEFAULT_SCHEMES, [secret(KEY)], NOW)
    for (const value of ['', 'zz', DIGEST.slice(2), `${DIGEST}00`, `${DIGEST.slice(0, 62)}zz`]) {
      expect(at(value)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    }
    expect(at(DIGEST.replace('7', '8'))).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
  })

  test('base64 digests can be asked for', () => {
    const setting: SchemeSetting = { scheme: 'hmac', header: 'x-signature', algorithm: 'sha256', encoding: 'base64' }
    const digest = Buffer.from(DIGEST, 'hex').toString('base64')
    expect(authenticate(deliveryOf('Hello, World!', { 'x-signature': digest }), [setting], [secret(KEY)], NOW).ok).toBe(true)
  })
})
