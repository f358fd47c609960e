import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { needlesOf, redactKnown } from '../../src/domain/known-secrets'
import { redactBody } from '../../src/domain/redaction'

const fingerprint = (secret: string): string => new Bun.CryptoHasher('sha256', 'test').update(secret).digest('hex').slice(0, 8)
const mark = (secret: string): string => `[redacted ${fingerprint(secret)}]`
const redact = (text: string): string => new TextDecoder().decode(redactBody(new TextEncoder().encode(text), fingerprint))

describe("WAHA's configuration of a webhook", () => {
  test('loses its HMAC key, and the values of its secret headers, in either order', () => {
    const config = {
      url: 'https://here.example/hook',
      hmac: { key: 'the-hmac-key' },
      customHeaders: [
        { name: 'X-Api-Key', value: 'first-key' },
        { value: 'second-key', name: 'Authorization' },
        { name: 'X-Shop', value: 'harmless' },
        { key: 'X-Auth-Token', value: 'third-key' },
      ],
    }
    const kept = JSON.parse(redact(JSON.stringify({ payload: { config: { webhooks: [config] } } }))).payload.config.webhooks[0]
    expect(kept).toEqual({
      url: config.url,
      hmac: mark('{"key":"the-hmac-key"}'),
      customHeaders: [
        { name: 'X-Api-Key', value: mark('first-key') },
        { value: mark('second-key'), name: 'Authorization' },
        { name: 'X-Shop', value: 'harmless' },
        { key: 'X-Auth-Token', value: mark('third-key') },
      ],
    })
    expect(redact('{"hmac":null,"headers":[]}')).toBe('{"hmac":null,"headers":[]}')
  })

  test('a value is a secret only beside the name of one, in the same object', () => {
    const body = '{"a":{"name":"X-Api-Key"},"value":"b","c":[{"value":"d"},{"name":"Authorization","value":{"e":"f"}}],"name":"Bob","g":{"value":"h"}}'
    expect(redact(body)).toBe(body)
  })
})

describe('JSON inside a JSON string', () => {
  test('is looked through in place, at every depth', () => {
    const inner = { apikey: 'k1', note: 'say "hi"', list: [{ token: 't1' }], path: 'C:\\dir' }
    const middle = JSON.stringify({ mediaKey: 'm1', inner: JSON.stringify(inner), hmac: { key: 'h1' } })
    const kept = JSON.parse(redact(JSON.stringify({ disconnectionObject: middle, after: 1 })))
    expect(kept.after).toBe(1)
    const keptMiddle = JSON.parse(kept.disconnectionObject)
    expect(keptMiddle).toMatchObject({ mediaKey: mark('m1'), hmac: expect.stringMatching(/^\[redacted /) })
    expect(JSON.parse(keptMiddle.inner)).toEqual({ ...inner, apikey: mark('k1'), list: [{ token: mark('t1') }] })
  })

  test('may be written with blanks and line breaks, and may hold header pairs', () => {
    const text = JSON.stringify(
      {
        headers: [
          { name: 'X-Api-Key', value: 'k1' },
          { value: 'k2', name: 'Cookie' },
        ],
        password: 'p1',
      },
      null,
      2,
    )
    const kept = JSON.parse(JSON.parse(redact(JSON.stringify({ data: text }))).data)
    expect(kept).toEqual({
      headers: [
        { name: 'X-Api-Key', value: mark('k1') },
        { value: mark('k2'), name: 'Cookie' },
      ],
      password: mark('p1'),
    })
  })

  test('without a secret keeps its very bytes, and so does a message that only quotes', () => {
    for (const value of ['{"a":"b"}', 'she said "key": nothing', '["x", {"key":"harmless"}]', '{"broken":"', '\\"apikey\\":']) {
      const body = new TextEncoder().encode(JSON.stringify({ text: value }))
      expect(redactBody(body, fingerprint)).toBe(body)
    }
  })

  test('whatever is written into whatever, no planted secret is left and the rest reads as before', () => {
    const names = fc.constantFrom('apikey', 'api_key', 'token', 'password', 'mediaKey', 'authorization')
    const harmless = fc.dictionary(fc.constantFrom('a', 'name', 'note', 'list'), fc.oneof(fc.string(), fc.integer(), fc.constant(null)))
    fc.assert(
      fc.property(names, harmless, fc.integer({ min: 0, max: 3 }), (name, around, depth) => {
        const secret = 'planted-s3cr3t-0123456789'
        let value: unknown = { ...around, [name]: secret }
        for (let i = 0; i < depth; i++) value = { wrapped: JSON.stringify(value), n: i }
        let kept: unknown = JSON.parse(redact(JSON.stringify(value)))
        expect(JSON.stringify(kept)).not.toContain(secret)
        for (let i = 0; i < depth; i++) kept = JSON.parse((kept as { wrapped: string }).wrapped)
        expect(kept).toEqual({ ...around, [name]: mark(secret) })
      }),
      { numRuns: 500 },
    )
  })

  test('is read in linear time however it is built', () => {
    const started = performance.now()
    for (const text of [
      '{"a":"'.repeat(200_000),
      `{"a":"${'{\\"'.repeat(400_000)}"}`,
      `{"a":"{${'\\\\\\"'.repeat(300_000)}\\":"}`,
      `{"x":"{\\":${'\\'.repeat(1_000_000)}"}`,
    ])
      redact(text)
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})

describe("the source's own secrets", () => {
  const secrets = ['our/own "secret" of tests', 'another-secret-of-tests']
  const needles = needlesOf(secrets)
  const known = (text: string) => new TextDecoder().decode(redactKnown(new TextEncoder().encode(text), needles, fingerprint))

  test('are replaced wherever they stand: in addresses, in strings, in forms', () => {
    const [odd, plain] = secrets as [string, string]
    expect(known(`{"url":"https://h/?x=${plain}&y=1","z":${JSON.stringify(odd)}}`)).toBe(`{"url":"https://h/?x=${mark(plain)}&y=1","z":"${mark(odd)}"}`)
    expect(known(`a=${encodeURIComponent(odd)}&b=${plain}${plain}`)).toBe(`a=${mark(odd)}&b=${mark(plain)}${mark(plain)}`)
  })

  test('leave a body that holds none of them as it is', () => {
    const body = new TextEncoder().encode('{"text":"another-secret-of-test"}')
    expect(redactKnown(body, needles, fingerprint)).toBe(body)
    expect(redactKnown(body, needlesOf(['']), fingerprint)).toBe(body)
  })
})
