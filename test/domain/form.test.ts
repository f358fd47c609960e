import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readBody } from '../../src/domain/body'
import { isForm, MAX_FIELDS, readForm } from '../../src/domain/form'
import { redactForm } from '../../src/domain/redaction'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const fingerprint = (secret: string): string => new Bun.CryptoHasher('sha256', 'test').update(secret).digest('hex').slice(0, 8)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const redacted = (text: string): string => new TextDecoder().decode(redactForm(bytes(text), fingerprint))
const read = (text: string) => readForm(bytes(text))

describe('a form', () => {
  test('is what says so, in any spelling of the type, and does not begin like JSON', () => {
    const is = (type: string, body: string) => isForm({ headers: { 'content-type': type }, body: bytes(body) })
    for (const type of ['application/x-www-form-urlencoded', 'Application/X-WWW-Form-Urlencoded; charset=utf-8']) expect(is(type, 'a=1')).toBe(true)
    for (const [type, body] of [
      ['application/json', 'a=1'],
      ['application/x-www-form-urlencoded', '{"a":1}'],
      ['application/x-www-form-urlencoded', '[1]'],
      ['application/x-www-form-urlencodedish', 'a=1'],
    ] as const) {
      expect(is(type, body)).toBe(false)
    }
    expect(isForm({ headers: {}, body: bytes('a=1') })).toBe(false)
  })

  test('is read as its fields; of several of one name the first', () => {
    expect(read('a=1&b=Ol%C3%A1+%26+x&a=2&c&d=&=e&f=a=b&g=é')).toEqual({ a: '1', b: 'Olá & x', c: '', d: '', '': 'e', f: 'a=b', g: 'é' })
    expect(read('')).toEqual({})
    expect(Object.entries(read('__proto__=1&constructor=2'))).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })

  test('is read however it is broken: half an escape stands for itself, bytes that are no UTF-8 for what nobody can read', () => {
    expect(read('a=%&b=%4&c=%zz%41&d=%ff%C3&e=100%')).toEqual({ a: '%', b: '%4', c: '%zzA', d: '\ufffd\ufffd', e: '100%' })
    expect(readForm(Uint8Array.of(97, 61, 255))).toEqual({ a: '\ufffd' })
  })

  test('agrees with URLSearchParams', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), { maxLength: 6 }), (pairs) => {
        const params = new URLSearchParams(pairs)
        const first = new Map([...params].toReversed())
        expect(read(params.toString())).toEqual(Object.fromEntries(first))
      }),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('%', '4', 'a', 'G', '=', '&', '+', 'é', '\u0000'), maxLength: 30 }), (text) => {
        const first = new Map([...new URLSearchParams(`${text}`)].toReversed())
        const found = Object.fromEntries(Object.entries(read(text)).filter(([name, value]) => name !== '' || value !== '' || first.has('')))
        expect(found).toEqual(Object.fromEntries(first))
      }),
      { numRuns: 300 },
    )
  })

  test('of a hundred thousand fields is read up to its thousandth, and redacted whole, at once', () => {
    const many = `${'token=s3cr3t-of-many&jsonData=%7B%22token%22%3A%22s3cr3t-of-many%22%7D&'.repeat(50_000)}z=1`
    const spent = process.cpuUsage()
    expect(Object.keys(read(many))).toEqual(['token', 'jsonData'])
    expect(Object.keys(read(Array.from({ length: 100_000 }, (_, i) => `f${i}=1`).join('&')))).toHaveLength(MAX_FIELDS)
    expect(redacted(many)).not.toContain('s3cr3t')
    expect(process.cpuUsage(spent).user).toBeLessThan(3e6)
  })

  test('takes linear time, whatever it is made of', () => {
    for (const piece of ['&', '%', '=', 'a&', '+', '%7B', 'a=%7B&', '%22', 'a=%7B%22token%22:']) {
      const body = bytes(piece.repeat(1_000_000))
      const spent = process.cpuUsage()
      readForm(body)
      redactForm(body, fingerprint)
      expect(process.cpuUsage(spent).user).toBeLessThan(4e6)
    }
  }, 30_000)
})

describe('the body of a delivery', () => {
  test('is JSON, or the fields of a form, or in words why not', () => {
    expect(readBody({ headers: {}, body: bytes('{"a":1}') })).toEqual({ ok: true, value: { a: 1 } })
    expect(readBody({ headers: FORM, body: bytes('{"a":1}') })).toEqual({ ok: true, value: { a: 1 } })
    expect(readBody({ headers: FORM, body: bytes('a=1') })).toEqual({ ok: true, value: { a: '1' } })
    expect(readBody({ headers: {}, body: bytes('a=1') })).toEqual({ ok: false, reason: 'the body is not JSON' })
    expect(readBody({ headers: FORM, body: new Uint8Array() })).toEqual({ ok: false, reason: 'the body is empty' })
  })
})

describe('secrets in a form', () => {
  const mark = (secret: string) => `[redacted ${fingerprint(secret)}]`
  const escaped = (text: string) => encodeURIComponent(text)

  test('go, and every other byte stays as it was escaped: capitals, plus signs, what need not be escaped at all', () => {
    const json = (token: string) => `%7b%22a%22:%22x+y%20%c3%A1%22,%22token%22:${token},%22n%22:12345678901234567890%7d`
    const sent = `instanceName=a+b%20c&jsonData=${json('%22s3cr3t%22')}&%74oken=s3%633cr3t&userID=`
    expect(redacted(sent)).toBe(`instanceName=a+b%20c&jsonData=${json(escaped(`"${mark('s3cr3t')}"`))}&%74oken=${mark('s3c3cr3t')}&userID=`)
    expect(redacted(redacted(sent))).toBe(redacted(sent))
  })

  test('go although an escape is broken or the text is no UTF-8', () => {
    for (const noise of ['%zz', '%ff', '%', 'é']) {
      expect(redacted(`jsonData=%7B%22token%22:%22s3cr3t-${noise}%22%7D${noise}&token=s3cr3t${noise}`)).not.toContain('s3cr3t')
    }
  })

  test('and so do attachments, in JSON and as a field of their own', () => {
    const data = Buffer.alloc(3000, 7).toString('base64')
    const summary = escaped(`[base64 3000 bytes sha256:${new Bun.CryptoHasher('sha256').update(Buffer.alloc(3000, 7)).digest('hex')}]`)
    expect(redacted(`jsonData=${escaped(`{"base64":"${data}","x":1}`)}&z=1`)).toBe(`jsonData=${escaped('{"base64":"')}${summary}${escaped('","x":1}')}&z=1`)
    expect(redacted(`file=${escaped(data)}&z=1`)).toBe(`file=${summary}&z=1`)
    expect(redacted(`text=${'a+b+'.repeat(2000)}`)).toBe(`text=${'a+b+'.repeat(2000)}`)
  })

  test('a picture of a QR code stays as long as it can be one', () => {
    const picture = (length: number) => `data:image/png;base64,${'iVBORw0K'.repeat(length / 8)}`
    const kept = (key: string, value: string) => redacted(`jsonData=${escaped(JSON.stringify({ [key]: value }))}`).includes('iVBORw0K')
    expect(kept('qrCodeBase64', picture(4_000))).toBe(true)
    expect(kept('qrCodeBase64', picture(40_000))).toBe(false)
    expect(kept('qrCodeBase64', 'iVBORw0K'.repeat(1_000))).toBe(false)
    expect(kept('picture', picture(4_000))).toBe(false)
  })

  test('never fails, and leaves none, whatever surrounds it', () => {
    const piece = fc.string({ unit: fc.constantFrom('%', '7', 'B', '2', '"', '{', '&', '=', '+', 'ÿ', '\\', 'a'), maxLength: 20 })
    fc.assert(
      fc.property(piece, fc.json({ maxDepth: 3 }), piece, (before, inside, after) => {
        const json = escaped(`{"a":${inside},"token":"S3CR3T"}`)
        expect(redacted(`x=${before}&jsonData=${json}&y=${after}&token=S3CR3T`)).not.toContain('S3CR3T')
      }),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => void redactForm(body, fingerprint)),
      { numRuns: 500 },
    )
  })
})
