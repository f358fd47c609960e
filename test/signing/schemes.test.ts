import { describe, expect, test } from 'bun:test'
import { PROVIDERS } from '../../src/providers'
import { aboutScheme, STRENGTHS, weakestOf } from '../../src/signing/about'
import { authenticate } from '../../src/signing/authenticate'
import { DEFAULT_SCHEMES, JWT_LEEWAY_MS, SCHEME_IDS, type SchemeSetting, STANDARD_TOLERANCE_MS } from '../../src/signing/scheme'
import { readSchemes } from '../../src/signing/scheme-shape'
import { LONGEST_SECRET, secretProblem } from '../../src/signing/secret-policy'
import { newSecret } from '../../src/store/secrets'
import { deliveryOf } from '../providers/samples'
import { NOW, secret } from './secrets'

const KEY = 'a-secret-of-24-characters'
const at = (path: string) => ({ ...deliveryOf('{}'), path })

describe('the secret in the URL', () => {
  const inQuery: SchemeSetting[] = [{ scheme: 'url', parameter: 'token' }]
  const inPath: SchemeSetting[] = [{ scheme: 'url' }]
  const verdict = (path: string, schemes: SchemeSetting[], value = KEY) => authenticate(at(path), schemes, [secret(value)], NOW)

  test('is found in the query, also where Evolution has appended its event name to it', () => {
    expect(verdict(`/api/whatsapp/webhook/shop?token=${KEY}`, inQuery)).toEqual({ ok: true, scheme: 'url', secretId: 'a' })
    expect(verdict(`/api/whatsapp/webhook?x=1&token=${KEY}/connection-update`, inQuery).ok).toBe(true)
    expect(verdict(`/api/whatsapp/webhook?token=${encodeURIComponent('a/b+c d?e=f&g…')}`, inQuery, 'a/b+c d?e=f&g…').ok).toBe(true)
  })

  test('is found in the path behind the session, with and without an event name behind it', () => {
    for (const base of ['/api/whatsapp/webhook', '/api/whatsapp/shop/webhook']) {
      expect(verdict(`${base}/main/${KEY}`, inPath).ok).toBe(true)
      expect(verdict(`${base}/main/${KEY}/connection-update?x=1`, inPath).ok).toBe(true)
      expect(verdict(`${base}/webhook/${KEY}`, inPath).ok).toBe(true)
      expect(verdict(`${base}/${KEY}`, inPath)).toMatchObject({ ok: false, refusal: { code: 'missing' } })
      expect(verdict(`${base}/${KEY}/other`, inPath)).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    }
  })

  test('is refused when it is another one, a part of it, empty or elsewhere, and is never repeated', () => {
    for (const path of [`?token=${KEY}x`, `?token=${KEY.slice(1)}`, '?token=', `?Token=${KEY}`, `?other=${KEY}`, `/${KEY}`, '', `/x/y?token=${KEY}%00`]) {
      const refused = verdict(`/api/whatsapp/webhook${path}`, inQuery)
      expect([path, refused.ok]).toEqual([path, false])
      expect(JSON.stringify(refused)).not.toContain(KEY)
    }
    expect(verdict('/api/whatsapp/webhook/x/%E0%A4%A', inPath).ok).toBe(false)
    expect(authenticate(at('/api/whatsapp/webhook?token='), inQuery, [secret('')], NOW).ok).toBe(false)
  })
})

describe('the secret in a header of any name', () => {
  const bearer: SchemeSetting[] = [{ scheme: 'api-key', header: 'authorization', prefix: 'Bearer ' }]
  const verdict = (value: string) => authenticate(deliveryOf('{}', { authorization: value }), bearer, [secret(KEY)], NOW)

  test('may stand behind a word such as Bearer, in any case; another word is another proof', () => {
    expect(verdict(`Bearer ${KEY}`).ok).toBe(true)
    expect(verdict(`bearer ${KEY}`).ok).toBe(true)
    expect(verdict(KEY)).toMatchObject({ ok: false, refusal: { code: 'missing' } })
    expect(verdict(`Bearer ${KEY}x`)).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
  })
})

describe('a signed time', () => {
  const setting: SchemeSetting = {
    scheme: 'hmac',
    header: 'x-signature',
    algorithm: 'sha256',
    encoding: 'hex',
    timestamp: { header: 'x-time', unit: 'ms', before: '', between: '.', toleranceMs: 60_000 },
  }
  const verdict = (time: string, sentTime = time) => {
    const digest = new Bun.CryptoHasher('sha256', KEY).update(`${time}.{}`).digest('hex')
    return authenticate(deliveryOf('{}', { 'x-signature': digest, ...(sentTime !== '' && { 'x-time': sentTime }) }), [setting], [secret(KEY)], NOW)
  }

  test('must be near, and the very one that was signed', () => {
    expect(verdict(String(NOW)).ok).toBe(true)
    expect(verdict(String(NOW - 60_000)).ok).toBe(true)
    expect(verdict(String(NOW - 60_001))).toMatchObject({ ok: false, refusal: { code: 'expired' } })
    expect(verdict(String(NOW + 60_001))).toMatchObject({ ok: false, refusal: { code: 'future' } })
    expect(verdict(String(NOW - 90_000), String(NOW))).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
    for (const odd of ['soon', '-1', '0', 'Infinity', '1e999']) expect(verdict(odd)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    expect(verdict(String(NOW), '')).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
  })
})

describe('SHA-1', () => {
  const sha1 = { scheme: 'hmac', header: 'x-hub-signature', algorithm: 'sha1', prefix: { text: 'sha1=', optional: false } }

  test('is accepted only where somebody chose it as a legacy, and told to be outdated then', () => {
    expect(() => readSchemes([sha1])).toThrow('schemes/0/algorithm: SHA-1 is outdated: choose sha256, or set legacy to true')
    const settings = readSchemes([{ ...sha1, legacy: true }])
    const digest = new Bun.CryptoHasher('sha1', KEY).update('{}').digest('hex')
    expect(authenticate(deliveryOf('{}', { 'x-hub-signature': `sha1=${digest}` }), settings, [secret(KEY)], NOW).ok).toBe(true)
    expect(aboutScheme(settings[0] as SchemeSetting).warning).toContain('SHA-1 is outdated')
    expect(authenticate(deliveryOf('{}', { 'x-hub-signature': `sha1=${digest}` }), DEFAULT_SCHEMES, [secret(KEY)], NOW).ok).toBe(false)
  })
})

describe('settings from outside', () => {
  test('may leave out what has a default; header names are put in lower case', () => {
    expect(readSchemes([{ scheme: 'hmac', header: ' X-Signature ' }, { scheme: 'standard-webhooks' }, { scheme: 'jwt' }, { scheme: 'url' }])).toEqual([
      { scheme: 'hmac', header: 'x-signature', algorithm: 'sha256', encoding: 'hex' },
      { scheme: 'standard-webhooks', toleranceMs: STANDARD_TOLERANCE_MS },
      { scheme: 'jwt', leewayMs: JWT_LEEWAY_MS },
      { scheme: 'url' },
    ])
  })

  test('are read back as what the providers and the default source accept', () => {
    for (const schemes of [DEFAULT_SCHEMES, ...PROVIDERS.map((provider) => provider.schemes)]) {
      expect(readSchemes(JSON.parse(JSON.stringify(schemes)))).toEqual([...schemes])
    }
  })

  test.each([
    [[], 'schemes: a list of 1 to 12 schemes'],
    ['hmac', 'schemes: a list of 1 to 12 schemes'],
    [[{ scheme: 's3cr3t' }], 'schemes/0/scheme: one of hmac, standard-webhooks'],
    [[null], 'schemes/0/scheme: one of'],
    [[{ scheme: 'hmac' }], 'schemes/0/header: the name of an HTTP header, in lower case'],
    [[{ scheme: 'basic' }, { scheme: 'hmac', header: 'x y' }], 'schemes/1/header: the name of an HTTP header'],
    [[{ scheme: 'hmac', header: 'x', algorithm: 'md5' }], 'schemes/0/algorithm: one of sha256, sha512, sha1'],
    [[{ scheme: 'hmac', header: 'x', encoding: 'base32' }], 'schemes/0/encoding: one of hex, base64'],
    [[{ scheme: 'hmac', header: 'x', legacy: true }], 'schemes/0/legacy: only for sha1'],
    [[{ scheme: 'hmac', header: 'x', prefix: 'sha256=' }], 'schemes/0/prefix: what stands before the digest: {text, optional}'],
    [[{ scheme: 'hmac', header: 'x', timestamp: { header: 'y' } }], 'schemes/0/timestamp/unit: one of s, ms'],
    [[{ scheme: 'api-key', header: 'content-type' }], 'schemes/0/header: proxies rewrite this one'],
    [[{ scheme: 'jwt', leewayMs: -1 }], 'schemes/0/leewayMs: milliseconds, from 0'],
    [[{ scheme: 'standard-webhooks', toleranceMs: 1e12 }], 'schemes/0/toleranceMs: milliseconds'],
    [[{ scheme: 'basic', password: 's3cr3t' }], 'schemes/0/password'],
    [[{ scheme: 'url', parameter: 'a&b' }], 'schemes/0/parameter: a query parameter'],
    [[{ scheme: 'none' }, { scheme: 'basic' }], '"none" accepts everything'],
    [[{ scheme: 'basic' }, { scheme: 'basic' }], 'one is there twice'],
  ])('that cannot be are refused by name: %j', (given, told) => {
    expect(() => readSchemes(given)).toThrow(told)
    try {
      readSchemes(given)
    } catch (cause) {
      expect(cause).toMatchObject({ code: 'invalid' })
      expect((cause as Error).message).not.toContain('s3cr3t')
    }
  })
})

describe('what a scheme proves', () => {
  const one: Record<string, SchemeSetting> = Object.fromEntries(
    readSchemes([
      { scheme: 'hmac', header: 'x-webhook-hmac', algorithm: 'sha512' },
      { scheme: 'standard-webhooks' },
      { scheme: 'jwt' },
      { scheme: 'basic' },
      { scheme: 'api-key', header: 'x-api-key' },
      { scheme: 'url', parameter: 'token' },
    ]).map((setting) => [setting.scheme, setting]),
  )
  one.none = { scheme: 'none' }

  test('is told for every scheme there is, from body and sender down to nothing', () => {
    expect(SCHEME_IDS.map((id) => [id, aboutScheme(one[id] as SchemeSetting).strength])).toEqual([
      ['hmac', 'signed'],
      ['standard-webhooks', 'signed'],
      ['jwt', 'token'],
      ['basic', 'shared'],
      ['api-key', 'shared'],
      ['url', 'weak'],
      ['none', 'open'],
    ])
    expect(new Set(SCHEME_IDS.map((id) => aboutScheme(one[id] as SchemeSetting).strength))).toEqual(new Set(STRENGTHS))
    expect(aboutScheme(one.hmac as SchemeSetting)).toEqual({
      scheme: 'hmac',
      strength: 'signed',
      title: 'HMAC-SHA512 in X-Webhook-Hmac',
      proves: 'proves body and sender',
      warning: null,
    })
    expect(aboutScheme(one.url as SchemeSetting).proves).toBe('anyone who knows the URL can post')
  })

  test('of several is what the weakest proves', () => {
    expect(weakestOf(DEFAULT_SCHEMES)).toMatchObject({ scheme: 'api-key', strength: 'shared' })
    expect(weakestOf([])).toBeNull()
  })
})

describe('a secret', () => {
  test('that Linekeeper makes, that openssl makes and that Standard Webhooks asks for is one', () => {
    for (const good of [
      newSecret(),
      '9f86d081884c7d659a2feaa0c55ad015',
      'whsec_M5nD4+lAqBCLQ14wLLusgVtteecTM0rH',
      'waha-hmac-key-3f9c1d7a5e20b864',
      'whpk_sFlV6eTx+Ayfil+S6c4bRCTzoP9sLHzcHz8GwGdLPpE=',
    ]) {
      expect([good, secretProblem(good)]).toEqual([good, null])
    }
  })

  test.each([
    ['secret', 'GOWA'],
    ['Secret', 'GOWA'],
    ['THISISMYSECURETOKEN', 'WPPConnect'],
    ['429683C4C977415CAAFCCE10F7D57E11', 'Evolution'],
    ["It's a Secret to Everybody", 'GitHub'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'Standard Webhooks'],
    ['your_global_api_key_here', 'placeholder'],
    ['SET_YOUR_API_KEY_HERE', 'placeholder'],
    ['<your-webhook-secret>', 'placeholder'],
    ['change-me-in-production', 'placeholder'],
    ['', 'shorter than 16'],
    ['fifteen-letters', 'shorter than 16'],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', 'different characters'],
    ['x'.repeat(LONGEST_SECRET + 1), 'longer than'],
    [' blank-at-the-start-of-it', 'blank'],
    ['line-break-at-the-end-of-it\n', 'blank'],
    ['whsec_c2hvcnQtc2VjcmV0', 'at least 16 bytes'],
    ['whpk_nonsense-and-no-key', '32 bytes'],
  ])('%p is none: %s', (value, why) => {
    const problem = secretProblem(value) ?? ''
    expect(problem).toContain(why)
    if (value.length > 6) expect(problem).not.toContain(value)
  })
})
