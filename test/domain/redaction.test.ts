import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { redactBody } from '../../src/domain/redaction'
import { bytes, fingerprint, mark, redact } from './redacting'

const sample = async (path: string): Promise<Uint8Array> => new Uint8Array(await Bun.file(`${import.meta.dir}/../fixtures/${path}`).arrayBuffer())

describe('secrets in a body', () => {
  test('a body without secrets is kept as the very same bytes', async () => {
    for (const path of ['wwebjs-api/message.json', 'wwebjs-api/ready.json', 'waha/message.json', 'waha/session.status.WORKING.json']) {
      const body = await sample(path)
      expect(redactBody(body, fingerprint)).toBe(body)
    }
  })

  test.each([
    'apikey',
    'apiKey',
    'api_key',
    'x-api-key',
    'API_KEY',
    'globalApiKey',
    'mediaKey',
    'messageSecret',
    'licenseKey',
    'authorization',
    'Authorization',
  ])('the value of %p is replaced by its fingerprint', (key) => {
    expect(redact(`{"a":1,"${key}":"s3cr3t","b":2}`)).toBe(`{"a":1,"${key}":${mark('s3cr3t')},"b":2}`)
  })

  test.each([
    'token',
    'access_token',
    'secret',
    'client_secret',
    'password',
    'cookie',
    'jwt_key',
    'hmacKey',
    'destination',
    'webhook',
    'webhookUrl',
    'sessionData',
  ])('so is that of %p', (key) => {
    expect(redact(`{"${key}" : "s3cr3t"}`)).toBe(`{"${key}" : ${mark('s3cr3t')}}`)
  })

  test('names that only resemble a secret keep their values', () => {
    for (const key of [
      'key',
      'Key',
      'latestEditMsgKey',
      'mediaKeyTimestamp',
      'keyId',
      'type',
      'body',
      'tokens',
      'senderKeyHash',
      'author',
      'data',
      'location',
    ]) {
      const body = bytes(`{"apikey":null,"${key}":"harmless"}`)
      expect(redactBody(body, fingerprint)).toBe(body)
    }
  })

  test('the configuration that open-wa posts when it is ready loses its API key, its licence and our URL', () => {
    const config = '{"ts":1,"data":{"webhook":"http://h/?token=a","key":"K","licenseKey":"L","port":8080},"namespace":"READY"}'
    expect(redact(config)).toBe(
      `{"ts":1,"data":{"webhook":${mark('http://h/?token=a')},"key":${mark('K')},"licenseKey":${mark('L')},"port":8080},"namespace":"READY"}`,
    )
  })

  test('nothing in that configuration opens anything: storage, proxy, browser, other webhooks and their headers', () => {
    const secrets = {
      sessionDataBucketAuth: 's1',
      ev: 'https://lk:s2@h/x',
      readyWebhook: 's3',
      chatwootUrl: 'https://c/?api_access_token=s4',
      devtools: { user: 'u', pass: 's5' },
      proxyServerCredentials: { address: 'p:1', username: 'u', password: 's6' },
      cloudUploadOptions: { provider: 'AWS', accessKeyId: 's7', secretAccessKey: 's8' },
      webhook: [{ url: 'https://lk:s9@h/y', events: 'all', requestConfig: { headers: { 'X-Api-Key': 's10' }, auth: { username: 'u', password: 's11' } } }],
    }
    const kept = redact(JSON.stringify({ ts: 1, data: { ...secrets, port: 8080, sessionDataPath: '/data' }, sessionId: 'demo', namespace: 'READY' }))
    expect(kept.match(/s\d+/g)).toBeNull()
    expect(JSON.parse(kept)).toMatchObject({ data: { port: 8080, sessionDataPath: '/data', proxyServerCredentials: { address: 'p:1' } } })
    expect(redact('{"event":"core.starting","payload":{"config":{"key":"K"}}}')).toBe(`{"event":"core.starting","payload":{"config":{"key":${mark('K')}}}}`)
  })

  test('the credentials of a session, which open-wa posts when told to, do not come to rest', () => {
    for (const namespace of ['sessionData', 'sessionDataBase64']) {
      expect(redact(`{"data":{"WAToken1":"t"},"namespace":"${namespace}"}`)).toBe(`{"data":${mark('{"WAToken1":"t"}')},"namespace":"${namespace}"}`)
      expect(redact(`{"data":"ey==","namespace":"${namespace}"}`)).toBe(`{"data":${mark('ey==')},"namespace":"${namespace}"}`)
    }
    expect(redact('{"data":"qrTimeout","namespace":"STARTUP"}')).toBe('{"data":"qrTimeout","namespace":"STARTUP"}')
  })

  test('the password in an address is replaced, the address is kept', () => {
    expect(redact('{"url":"https://lk:s3cr3t@h/x?y=1"}')).toBe(`{"url":"https://[redacted ${fingerprint('lk:s3cr3t')}]@h/x?y=1"}`)
    expect(redact('{"url":"http:\\/\\/lk:s3cr3t@h"}')).toBe(`{"url":"http:\\/\\/[redacted ${fingerprint('lk:s3cr3t')}]@h"}`)
    for (const text of ['{"url":"https://h/a:b@c"}', '{"url":"https://h:80/"}', '{"text":"https://x mail a@b.c"}']) expect(redact(text)).toBe(text)
  })

  test('a key written with escapes is recognised', () => {
    expect(redact('{"media\\u004bey":"abc"}')).toBe(`{"media\\u004bey":${mark('abc')}}`)
    expect(redact('{"apike\\u0079":"abc"}')).toBe(`{"apike\\u0079":${mark('abc')}}`)
  })

  test('an escaped value has the fingerprint of what it means', () => {
    expect(redact('{"apikey":"a\\u0062\\"c"}')).toBe(`{"apikey":${mark('ab"c')}}`)
    expect(redact('{"apikey":"ção"}')).toBe(`{"apikey":${mark('ção')}}`)
  })

  test('a secret given as a number or as bytes is replaced too; null, booleans and the empty text are not', () => {
    expect(redact('{"token":12345,"x":1}')).toBe(`{"token":${mark('12345')},"x":1}`)
    expect(redact('{"mediaKey":{"0":1,"1":"}"},"x":1}')).toBe(`{"mediaKey":${mark('{"0":1,"1":"}"}')},"x":1}`)
    expect(redact('{"messageSecret":[12,200]}')).toBe(`{"messageSecret":${mark('[12,200]')}}`)
    expect(redact('{"apikey":null,"token":true,"secret":""}')).toBe('{"apikey":null,"token":true,"secret":""}')
    expect(redact('{"destination":{"lat":1}}')).toBe('{"destination":{"lat":1}}')
  })

  test('a bearer token or basic credentials are recognised under any key', () => {
    expect(redact('{"headers":[{"value":"Bearer eyJhbGciOi.J9.abc"}]}')).toBe(`{"headers":[{"value":${mark('Bearer eyJhbGciOi.J9.abc')}}]}`)
    expect(redact('{"body":"Bearer of good news"}')).toBe('{"body":"Bearer of good news"}')
  })

  test('everything else keeps its bytes: big integers, duplicate keys, blanks, escapes, lone surrogates, invalid UTF-8', () => {
    const before = '{ "n":123456789012345678901234567890, "a":1,"a":2 ,"s":"\\ud800 \\u00e9 \\/ \\u0000",\n\t"apikey":'
    const after = ',"z":-0.0e+10 }\n'
    const whole = Buffer.concat([Buffer.from(before), Buffer.from('"k"'), Buffer.from(after), Buffer.from([0xff, 0xc0, 0x00])])
    const expected = Buffer.concat([Buffer.from(before), Buffer.from(mark('k')), Buffer.from(after), Buffer.from([0xff, 0xc0, 0x00])])
    expect(Buffer.from(redactBody(whole, fingerprint)).equals(expected)).toBe(true)
  })

  test('broken JSON is redacted as well as it can be', () => {
    expect(redact('{"apikey":"cut off')).toBe(`{"apikey":${mark('cut off')}`)
    expect(redact('{"apikey":')).toBe('{"apikey":')
    expect(redact('{"mediaKey":{"0":1,"1"')).toBe(`{"mediaKey":${mark('{"0":1,"1"')}`)
    expect(redact('garbage " here\n{"apikey":"abc"}')).toBe(`garbage " here\n{"apikey":${mark('abc')}}`)
    expect(redact('}}]],,"apikey":"abc"')).toBe(`}}]],,"apikey":${mark('abc')}`)
  })

  test('redacting twice changes nothing', () => {
    const once = redact('{"apikey":"abc","data":{"mediaKey":"x"}}')
    expect(redact(once)).toBe(once)
  })
})

describe('redaction in general', () => {
  test('never throws, and leaves no secret of a secret key, whatever surrounds it', () => {
    const json = fc.json({ maxDepth: 4 }).filter((text) => !text.includes('S3CR3T'))
    fc.assert(
      fc.property(json, json, (before, after) => {
        const text = redact(`{"a":${before},"apikey":"S3CR3T","b":${after}}`)
        expect(text).not.toContain('S3CR3T')
        expect(JSON.parse(text)).toHaveProperty('apikey')
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => void redactBody(body, fingerprint)),
      { numRuns: 500 },
    )
  })
})
