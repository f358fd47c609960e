import { describe, expect, test } from 'bun:test'
import { redactForm, redactHeaders, redactPath } from '../../src/domain/redaction'
import { bytes, fingerprint, mark } from './redacting'

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
