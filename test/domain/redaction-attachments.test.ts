import { describe, expect, test } from 'bun:test'
import { redactBody } from '../../src/domain/redaction'
import { bytes, fingerprint, redact } from './redacting'

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

  test('an attachment of 13 MB is replaced in the time of a few dozen hashes of it', () => {
    const big = bytes(`{"dataType":"media","data":{"messageMedia":{"data":"${'A'.repeat(13_333_332)}"}}}`)
    const rounds = Array.from({ length: 5 }, () => ({ replacing: timed(() => redactBody(big, fingerprint)), hashing: timed(() => Bun.SHA256.hash(big)) }))
    const best = (of: 'replacing' | 'hashing') => Math.min(...rounds.map((round) => round[of]))
    // 8 to 18 of them on a quiet machine. Side by side, because a busy one slows both.
    expect(best('replacing') / best('hashing')).toBeLessThan(40)
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
      const hostile = bytes(`${body}"token":"x`)
      expect(timed(() => redactBody(hostile, fingerprint))).toBeLessThan(1500)
    }
  })
})

/** How long it takes, in milliseconds. */
function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}
