import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { authenticate } from '../../src/signing/authenticate'
import { DEFAULT_SCHEMES, type SchemeSetting } from '../../src/signing/scheme'
import { deliveryOf } from '../providers/samples'
import { NOW, secret } from './secrets'

const JWT: SchemeSetting[] = [{ scheme: 'jwt', leewayMs: 60_000 }]
const BASIC: SchemeSetting[] = [{ scheme: 'basic' }]

function verdict(headers: Record<string, string>, schemes: readonly SchemeSetting[] = DEFAULT_SCHEMES, ...values: string[]) {
  return authenticate(
    deliveryOf('{}', headers),
    schemes,
    (values.length > 0 ? values : ['s3cr3t']).map((value, index) => secret(value, `id${index}`)),
    NOW,
  )
}

function jwt(claims: unknown, key = 's3cr3t', header: unknown = { alg: 'HS256', typ: 'JWT' }): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${new Bun.CryptoHasher('sha256', key).update(signed).digest('base64url')}`
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

describe('the secret in a header', () => {
  test('wwebjs-api proves itself with its API key', () => {
    expect(verdict({ 'x-api-key': 's3cr3t' })).toEqual({ ok: true, scheme: 'api-key', secretId: 'id0' })
    expect(verdict({ 'x-api-key': 'b' }, DEFAULT_SCHEMES, 'a', 'b')).toEqual({ ok: true, scheme: 'api-key', secretId: 'id1' })
  })

  test('another key, a part of it and an empty one are refused', () => {
    for (const given of ['', 's3cr3', 's3cr3t ', 'S3CR3T']) {
      expect(verdict({ 'x-api-key': given })).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    }
    expect(verdict({ 'x-api-key': '' }, DEFAULT_SCHEMES, '').ok).toBe(false)
  })

  test('a public key is no password', () => {
    const key = 'whpk_sFlV6eTx+Ayfil+S6c4bRCTzoP9sLHzcHz8GwGdLPpE='
    expect(verdict({ 'x-api-key': key }, DEFAULT_SCHEMES, key).ok).toBe(false)
    expect(verdict(bearer(jwt({}, key)), DEFAULT_SCHEMES, key).ok).toBe(false)
  })
})

describe('a bearer token', () => {
  test("Evolution's token, ten minutes long, is accepted", () => {
    const claims = { iat: NOW / 1000, exp: NOW / 1000 + 600, app: 'evolution', action: 'webhook' }
    expect(verdict(bearer(jwt(claims)))).toEqual({ ok: true, scheme: 'jwt', secretId: 'id0' })
  })

  test('is still accepted on its last retries some 20 minutes later, but not for ever', () => {
    expect(verdict(bearer(jwt({ exp: NOW / 1000 - 20 * 60 }))).ok).toBe(true)
    expect(verdict(bearer(jwt({ exp: NOW / 1000 - 26 * 60 })))).toMatchObject({ ok: false, refusal: { code: 'expired' } })
    expect(verdict(bearer(jwt({ nbf: NOW / 1000 + 120 })), JWT)).toMatchObject({ ok: false, refusal: { code: 'future' } })
  })

  test('signed with another secret, not signed, or with another algorithm, it is refused', () => {
    expect(verdict(bearer(jwt({}, 'other')))).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    expect(verdict(bearer(`${jwt({}).split('.').slice(0, 2).join('.')}.`), JWT)).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    for (const alg of ['none', 'None', 'HS512', 'RS256', undefined]) {
      expect(verdict(bearer(jwt({}, 's3cr3t', { alg })), JWT)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    }
    for (const token of ['', '.', '..', 'a.b', 'a.b.c.d', 's3cr3t-token', 'bnVsbA.bnVsbA.x']) {
      expect(verdict(bearer(token), JWT)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    }
  })

  test('that asks for an extension is refused: it might mean something else than it says (RFC 7515, 4.1.11)', () => {
    for (const crit of [['b64'], ['exp'], [], 'b64']) {
      const token = jwt({}, 's3cr3t', { alg: 'HS256', crit, b64: false })
      expect(verdict(bearer(token), JWT)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    }
  })

  test('named HS256 but signed with another algorithm, or with a public key of it, is refused', () => {
    const signed = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}`
    for (const algorithm of ['sha1', 'sha384', 'sha512'] as const) {
      const token = `${signed}.${new Bun.CryptoHasher(algorithm, 's3cr3t').update(signed).digest('base64url')}`
      expect(verdict(bearer(token), JWT)).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    }
  })

  test('an expiry that is no number does not mean "never"', () => {
    expect(verdict(bearer(jwt({ exp: 'never' })), JWT)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    expect(verdict(bearer(jwt([])), JWT)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
  })
})

describe('basic credentials', () => {
  test('the secret is the password, or user and password together', () => {
    expect(verdict(basic('hook:s3cr3t'), BASIC)).toEqual({ ok: true, scheme: 'basic', secretId: 'id0' })
    expect(verdict(basic('hook:pass:word'), BASIC, 'hook:pass:word').ok).toBe(true)
    expect(verdict(basic('hook:wrong'), BASIC)).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    expect(verdict(basic('s3cr3t'), BASIC)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
  })
})

describe('what a refusal says', () => {
  test('nothing was sent: it names what to send, or how to set it where only one scheme is accepted', () => {
    expect(verdict({})).toMatchObject({ ok: false, refusal: { code: 'missing', message: expect.stringContaining('X-Webhook-Hmac header') } })
    const waha = verdict({}, [{ scheme: 'hmac', header: 'x-webhook-hmac', algorithm: 'sha512', encoding: 'hex' }])
    expect(waha).toMatchObject({ ok: false, refusal: { message: expect.stringContaining('WHATSAPP_HOOK_HMAC_KEY') } })
    const wwebjs = verdict({}, [{ scheme: 'api-key', header: 'x-api-key' }])
    expect(wwebjs).toMatchObject({ ok: false, refusal: { message: expect.stringContaining('API_KEY') } })
  })

  test('a proof that was sent and failed tells more than one that was not, and a wrong one more than a garbled one', () => {
    expect(verdict({ 'x-api-key': 'wrong', ...bearer('not-a-jwt') })).toMatchObject({
      ok: false,
      refusal: { code: 'mismatch', message: expect.stringContaining('X-Api-Key') },
    })
  })

  test('without a live secret it says so', () => {
    expect(authenticate(deliveryOf('{}', { 'x-api-key': 'a' }), DEFAULT_SCHEMES, [], NOW)).toMatchObject({ ok: false, refusal: { code: 'no_secret' } })
    expect(authenticate(deliveryOf('{}'), [{ scheme: 'none' }], [], NOW)).toEqual({ ok: true, scheme: 'none', secretId: null })
  })

  test('never repeats a secret or what was sent', () => {
    for (const headers of [{ 'x-api-key': 'guessed-key' }, bearer(jwt({}, 'guessed-key')), basic('u:guessed-key')]) {
      const text = JSON.stringify(verdict(headers, [...DEFAULT_SCHEMES, ...BASIC]))
      expect(text).not.toContain('s3cr3t')
      expect(text).not.toContain('guessed-key')
    }
  })
})

test('no header, however odd, makes it throw or pass', () => {
  const names = [
    'x-webhook-signature',
    'x-hub-signature-256',
    'x-webhook-hmac',
    'x-webhook-hmac-algorithm',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'svix-signature',
    'authorization',
    'x-api-key',
  ]
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `Bearer ${text}`),
    fc.string().map((text) => `v1,${text}`),
    fc.constant('Basic Og=='),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), fc.uint8Array({ maxLength: 50 }), (headers, body) => {
      expect(authenticate(deliveryOf(body, headers), [...DEFAULT_SCHEMES, ...BASIC], [secret('a-secret-nobody-guesses')], NOW).ok).toBe(false)
    }),
    { numRuns: 1000 },
  )
})
