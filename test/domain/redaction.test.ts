import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { redactBody, redactForm, redactHeaders, redactPath } from '../../src/domain/redaction'

const fingerprint = (secret: string): string => new Bun.CryptoHasher('sha256', 'test').update(secret).digest('hex').slice(0, 8)
const mark = (secret: string): string => `"[redacted ${fingerprint(secret)}]"`
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const redact = (text: string): string => new TextDecoder().decode(redactBody(bytes(text), fingerprint))
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

describe('attachments in a body', () => {
  const content = crypto.getRandomValues(new Uint8Array(3000))
  const sha256 = new Bun.CryptoHasher('sha256').update(content).digest('hex')
  const summary = `[base64 3000 bytes sha256:${sha256}]`
  const base64 = Buffer.from(content).toString('base64')

  test('long base64 becomes the size and hash of what it encodes', () => {
    expect(redact(`{"data":"${base64}","x":1}`)).toBe(`{"data":"${summary}","x":1}`)
    expect(redact(`{"data":"${Buffer.from(content).toString('base64url')}"}`)).toBe(`{"data":"${summary}"}`)
    expect(redact(`{"data":"${base64.replaceAll('/', '\\/').replaceAll('+', '\\u002B')}"}`)).toBe(`{"data":"${summary}"}`)
    expect(redact(`{"data":"${base64.replaceAll(/(.{76})/g, '$1\\r\\n')}"}`)).toBe(`{"data":"${summary}"}`)
  })

  test('so does a long data URL', () => {
    expect(redact(`{"qr":"data:image/png;base64,${base64}"}`)).toBe(`{"qr":"${summary}"}`)
  })

  test('short base64 and long text stay', () => {
    for (const text of ['A'.repeat(2048), 'Bom dia! '.repeat(400), 'words only and blanks '.repeat(200), '"'.repeat(10), `${'ç'.repeat(3000)}`]) {
      const body = bytes(JSON.stringify({ a: text, b: 1 }))
      expect(redactBody(body, fingerprint)).toBe(body)
    }
  })

  test('an attachment of 13 MB is replaced in well under 200 ms', () => {
    const big = bytes(`{"dataType":"media","data":{"messageMedia":{"data":"${'A'.repeat(13_333_332)}"}}}`)
    const times = [1, 2, 3].map(() => {
      const start = performance.now()
      redactBody(big, fingerprint)
      return performance.now() - start
    })
    expect(Math.min(...times)).toBeLessThan(200)
    expect(new TextDecoder().decode(redactBody(big, fingerprint))).toContain('"[base64 9999999 bytes sha256:')
  })

  test('hostile bodies take linear time', () => {
    const bodies = [
      '"apikey":['.repeat(400_000),
      '\\'.repeat(4_000_000),
      '"\\'.repeat(2_000_000),
      '"a'.repeat(2_000_000),
      `{"apikey":1,${'"a":"\\u0061",'.repeat(300_000)}`,
    ]
    for (const body of bodies) {
      const start = performance.now()
      redactBody(bytes(`${body}"token":"x`), fingerprint)
      expect(performance.now() - start).toBeLessThan(1500)
    }
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

describe('secrets in headers and paths', () => {
  test('credentials in headers are replaced, signatures and the rest are kept', () => {
    const headers = {
      host: 'h',
      'x-api-key': 'a',
      authorization: 'Bearer b',
      cookie: 'c',
      token: 'd',
      apikey: 'e',
      'proxy-authorization': 'f',
      'x-webhook-secret': 'g',
    }
    const redacted = redactHeaders({ ...headers, 'x-webhook-hmac': 'abc', 'webhook-signature': 'v1,x' }, fingerprint)
    for (const [name, value] of Object.entries(headers)) {
      expect(redacted[name]).toBe(name === 'host' ? 'h' : `[redacted ${fingerprint(value)}]`)
    }
    expect(redacted['x-webhook-hmac']).toBe('abc')
    expect(redacted['webhook-signature']).toBe('v1,x')
    expect(redactHeaders(redacted, fingerprint)).toEqual(redacted)
  })

  test('a header that holds a secret of its source is replaced, whatever it is called', () => {
    const redacted = redactHeaders({ 'x-our-hook': 'Key s3cr3t', 'x-note': 's3cre7' }, fingerprint, ['s3cr3t'])
    expect(redacted).toEqual({ 'x-our-hook': `[redacted ${fingerprint('Key s3cr3t')}]`, 'x-note': 's3cre7' })
  })

  test('a secret of its source is replaced wherever it stands in the URL, however it is written', () => {
    const path = (text: string) => redactPath(text, fingerprint, ['s3cr3t+key'])
    const gone = `[redacted ${fingerprint('s3cr3t+key')}]`
    expect(path('/api/whatsapp/webhook/shop/s3cr3t+key/connection-update')).toBe(`/api/whatsapp/webhook/shop/${gone}/connection-update`)
    expect(path('/api/whatsapp/webhook/shop/%73%33cr3t%2Bkey')).toBe(`/api/whatsapp/webhook/shop/${gone}`)
    expect(path('/hook?to=s3cr3t+key&x=%20')).toBe(`/hook?to=${gone}&x=%20`)
    expect(path('/hook/plain?x=1')).toBe('/hook/plain?x=1')
  })

  test('secrets in the query are replaced, also where Evolution appended its event name to them', () => {
    expect(redactPath('/api/whatsapp/webhook/a', fingerprint)).toBe('/api/whatsapp/webhook/a')
    expect(redactPath('/h?x=1&token=abc/connection-update&api_key=&y', fingerprint)).toBe(
      `/h?x=1&token=[redacted ${fingerprint('abc/connection-update')}]&api_key=&y`,
    )
    for (const name of ['apikey', 'secret', 'key', 'access_token', 'hub.verify_token', 'api%5Fkey']) {
      expect(redactPath(`/h?${name}=a%2Fb`, fingerprint)).toBe(`/h?${name}=[redacted ${fingerprint('a/b')}]`)
    }
    expect(redactPath('/h?%ff=%ff&', fingerprint)).toBe('/h?%ff=%ff&')
  })
})

describe('secrets in a form', () => {
  const redactedForm = (text: string): string => new TextDecoder().decode(redactForm(bytes(text), fingerprint))

  test('a field with the name of a secret is replaced, and so is one inside JSON of another field', () => {
    const json = encodeURIComponent('{"type":"Message é","token":"s3cr3t"}')
    const expected = encodeURIComponent(`{"type":"Message é","token":${mark('s3cr3t')}}`)
    expect(redactedForm(`token=s3cr3t&a=%C3%A9&jsonData=${json}`)).toBe(`token=[redacted ${fingerprint('s3cr3t')}]&a=%C3%A9&jsonData=${expected}`)
  })

  test('everything else keeps its bytes', () => {
    const body = bytes('a=%7B%22b%22%3A+1%7D&c=%zz&d&=e&f=%ff')
    expect(redactForm(body, fingerprint)).toBe(body)
  })
})
