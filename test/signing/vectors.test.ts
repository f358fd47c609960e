import { describe, expect, test } from 'bun:test'
import { authenticate } from '../../src/signing/authenticate'
import type { SchemeSetting } from '../../src/signing/scheme'
import { deliveryOf } from '../providers/samples'
import { secret } from './secrets'

/** One published example of each scheme: what the specification, or the sender's documentation, says is right. */
interface Vector {
  source: string
  setting: SchemeSetting
  secret: string
  body: string
  headers: Record<string, string>
  path?: string
  /** Unix seconds. */
  at?: number
  /** The header with the proof, and how it is encoded there. */
  proof: [header: string, encoding: 'hex' | 'base64' | 'base64url' | 'latin1']
  /** Is the body part of the proof? */
  signed: boolean
}

const hmac = (algorithm: 'sha1' | 'sha256' | 'sha512', encoding: 'hex' | 'base64' = 'hex'): SchemeSetting => ({
  scheme: 'hmac',
  header: 'x-signature',
  algorithm,
  encoding,
  ...(algorithm === 'sha1' && { legacy: true }),
})
const JEFE: Pick<Vector, 'secret' | 'body' | 'proof' | 'signed'> = {
  secret: 'Jefe',
  body: 'what do ya want for nothing?',
  proof: ['x-signature', 'hex'],
  signed: true,
}
const SHA256 = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'

const VECTORS: Vector[] = [
  { ...JEFE, source: 'RFC 4231, case 2, SHA-256', setting: hmac('sha256'), headers: { 'x-signature': SHA256 } },
  {
    ...JEFE,
    source: 'RFC 4231, case 2, SHA-256 in base64',
    setting: hmac('sha256', 'base64'),
    headers: { 'x-signature': Buffer.from(SHA256, 'hex').toString('base64') },
    proof: ['x-signature', 'base64'],
  },
  {
    ...JEFE,
    source: 'RFC 4231, case 2, SHA-512',
    setting: hmac('sha512'),
    headers: {
      'x-signature': '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    },
  },
  { ...JEFE, source: 'RFC 2202, case 2, SHA-1', setting: hmac('sha1'), headers: { 'x-signature': 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79' } },
  {
    source: "GitHub's documentation",
    setting: { scheme: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: false } },
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
    proof: ['x-hub-signature-256', 'hex'],
    signed: true,
  },
  {
    source: "Slack's documentation: a signed time",
    setting: {
      scheme: 'hmac',
      header: 'x-slack-signature',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: { text: 'v0=', optional: false },
      timestamp: { header: 'x-slack-request-timestamp', unit: 's', before: 'v0:', between: ':', toleranceMs: 300_000 },
    },
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    at: 1_531_420_618,
    proof: ['x-slack-signature', 'hex'],
    signed: true,
  },
  {
    source: 'Standard Webhooks, reference libraries',
    setting: { scheme: 'standard-webhooks', toleranceMs: 300_000 },
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    at: 1_614_265_330,
    proof: ['webhook-signature', 'base64'],
    signed: true,
  },
  {
    source: 'jwt.io, HS256',
    setting: { scheme: 'jwt', leewayMs: 0 },
    secret: 'your-256-bit-secret',
    body: '{}',
    headers: {
      authorization:
        'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
    },
    proof: ['authorization', 'base64url'],
    signed: false,
  },
  {
    source: 'RFC 7617, chapter 2',
    setting: { scheme: 'basic' },
    secret: 'Aladdin:open sesame',
    body: '{}',
    headers: { authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' },
    proof: ['authorization', 'base64'],
    signed: false,
  },
  {
    source: 'RFC 7617, chapter 2.1: beyond ASCII',
    setting: { scheme: 'basic' },
    secret: 'test:123£',
    body: '{}',
    headers: { authorization: 'Basic dGVzdDoxMjPCow==' },
    proof: ['authorization', 'base64'],
    signed: false,
  },
  {
    source: 'RFC 6750, chapter 2.1: a bearer token that is the secret',
    setting: { scheme: 'api-key', header: 'authorization', prefix: 'Bearer ' },
    secret: 'mF_9.B5f-4.1JqM',
    body: '{}',
    headers: { authorization: 'Bearer mF_9.B5f-4.1JqM' },
    proof: ['authorization', 'latin1'],
    signed: false,
  },
]

function verdictOf(vector: Vector, change: { headers?: Record<string, string>; body?: Uint8Array; secret?: string } = {}) {
  const delivery = deliveryOf(change.body ?? new TextEncoder().encode(vector.body), { ...vector.headers, ...change.headers })
  return authenticate(delivery, [vector.setting], [secret(change.secret ?? vector.secret)], (vector.at ?? 1_700_000_000) * 1000)
}

describe.each(VECTORS.map((vector): [string, Vector] => [vector.source, vector]))('%s', (_source, vector) => {
  test('is accepted', () => {
    expect(verdictOf(vector)).toEqual({ ok: true, scheme: vector.setting.scheme, secretId: 'a' })
  })

  test('with any one bit of the body flipped it is refused exactly where the body is part of the proof', () => {
    for (const body of bitsFlipped(new TextEncoder().encode(vector.body))) expect(verdictOf(vector, { body }).ok).toBe(!vector.signed)
  })

  test('with any one bit of the proof flipped it is refused', () => {
    const flipped = flippedProofs(vector)
    expect(flipped.length).toBeGreaterThanOrEqual(64)
    expect(flipped.filter((text) => verdictOf(vector, { headers: { [vector.proof[0]]: text } }).ok)).toEqual([])
  })

  test('with another secret, or one bit of it flipped, it is refused', () => {
    const other = String.fromCharCode(vector.secret.charCodeAt(8) ^ 1)
    for (const value of ['another secret', vector.secret.slice(0, 8) + other + vector.secret.slice(9)])
      expect(verdictOf(vector, { secret: value }).ok).toBe(false)
  })
})

/** Every proof that differs from the genuine one in a single bit of what it means: of the digest, the credentials, a part of the token. */
function flippedProofs({ headers, proof: [header, encoding] }: Vector): string[] {
  const value = headers[header] as string
  const start = Math.max(value.lastIndexOf(' '), value.lastIndexOf(','), /^\w+=(?=[0-9a-f]{40})/.exec(value)?.[0].length ?? 0, 0)
  const lead = value.slice(0, start === 0 || value[start - 1] === '=' ? start : start + 1)
  const parts = value.slice(lead.length).split('.')
  return parts.flatMap((part, index) =>
    bitsFlipped(Buffer.from(part, encoding)).map((bytes) => lead + parts.with(index, Buffer.from(bytes).toString(encoding)).join('.')),
  )
}

function bitsFlipped(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => bytes.with(bit >> 3, (bytes[bit >> 3] as number) ^ (1 << (bit & 7))))
}
