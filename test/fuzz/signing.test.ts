/** Promise 4: nothing unauthentic gets in, whatever its headers look like. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Delivery } from '../../src/domain/delivery'
import { PROVIDERS } from '../../src/providers'
import { authenticate } from '../../src/signing/authenticate'
import { DEFAULT_SCHEMES, type SchemeSetting } from '../../src/signing/scheme'
import { deliveryOf, NOW } from '../providers/samples'
import { FUZZ_WITHIN_MS, runs } from './support'

const SECRET = 'a secret that nobody guesses 7f3a'
const SECRETS = [{ id: 's1', value: SECRET }]

/** Every way of proving anything: those of all providers, of the default source, and those that an operator may choose. */
const SETTINGS: readonly SchemeSetting[] = [
  ...DEFAULT_SCHEMES,
  ...PROVIDERS.flatMap((provider) => provider.schemes),
  { scheme: 'hmac' as const, header: 'x-signature', algorithm: 'sha1' as const, legacy: true, encoding: 'base64' as const },
  {
    scheme: 'hmac' as const,
    header: 'x-timed',
    algorithm: 'sha256' as const,
    encoding: 'hex' as const,
    timestamp: { header: 'x-time', unit: 's' as const, before: 'v0:', between: ':', toleranceMs: 300_000 },
  },
  { scheme: 'basic' as const },
  { scheme: 'api-key' as const, header: 'authorization', prefix: 'Bearer ' },
  { scheme: 'url' as const },
  { scheme: 'url' as const, parameter: 'token' },
].filter((setting) => setting.scheme !== 'none')

const HEADERS = [
  ...new Set([
    ...SETTINGS.flatMap((setting) => ('header' in setting ? [setting.header] : [])),
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'svix-id', 'svix-timestamp', 'svix-signature', 'authorization'],
    ...['x-webhook-hmac-algorithm', 'x-time'],
  ]),
]

const base64url = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const jwt = fc
  .tuple(
    fc.constantFrom<unknown>({ alg: 'none' }, { alg: 'HS256' }, { alg: 'RS256' }, { alg: ['HS256'] }, { alg: 'HS256', crit: ['x'] }, null, [], 7, '{', ''),
    fc.constantFrom<unknown>({}, { exp: 'never' }, { exp: 1e308 }, { nbf: null }, null, [], '', '}'),
    fc.constantFrom('', 'AAAA', 'A'.repeat(43), '.', '=', '\0'),
  )
  .map(([header, claims, signature]) => `Bearer ${base64url(header)}.${base64url(claims)}.${signature}`)

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF='), maxLength: 140 }),
  fc.base64String({ maxLength: 100 }),
  jwt,
  fc.string({ maxLength: 40 }).map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
  fc.array(fc.base64String({ maxLength: 60 }), { maxLength: 12 }).map((list) => list.map((one) => `v1,${one}`).join(' ')),
  fc.constantFrom('', ' ', 'sha256=', 'sha512=', 'v1,', 'v1a,', 'v1', ',', 'Bearer', 'Bearer ', 'bearer ..', 'Basic ', 'Basic Og==', 'x'.repeat(100_000)),
  fc.constantFrom('-1', '0', '1e999', 'NaN', '0x10', String(Math.floor(NOW / 1000)), String(NOW), '٣'),
)

const headers = fc.dictionary(fc.constantFrom(...HEADERS), value, { maxKeys: 6 })
const path = fc.oneof(
  fc.constant('/api/whatsapp/webhook/ABCD'),
  fc.string({ unit: 'binary', maxLength: 40 }).map((rest) => `/api/whatsapp/webhook/ABCD/${rest}?token=${rest}`),
)

test(
  'no scheme takes a proof that was not made with the secret, and none of them is brought down by one',
  () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        headers,
        path,
        fc.subarray([...SETTINGS], { minLength: 1, maxLength: 5 }),
        (body, given, where, settings) => {
          const verdict = authenticate({ ...deliveryOf(body, given), path: where }, settings, SECRETS, NOW)
          expect(verdict.ok).toBe(false)
          if (verdict.ok) return
          const { message } = verdict.refusal
          // It is shown to the sender, who may be anybody.
          expect(message).not.toContain(SECRET)
          expect(message.length).toBeLessThan(600)
        },
      ),
      runs(5000),
    )
  },
  FUZZ_WITHIN_MS,
)

interface Genuine {
  setting: SchemeSetting
  header: string
  delivery: Delivery
}

const GENUINE: Genuine[] = genuine('{"dataType":"ready","sessionId":"ABCD"}')

test('each genuine proof is taken', () => {
  for (const { setting, delivery } of GENUINE) expect(authenticate(delivery, [setting], SECRETS, NOW)).toMatchObject({ ok: true })
})

test(
  'a genuine proof with a bit of its body flipped, or of another body, is refused',
  () => {
    fc.assert(
      fc.property(fc.constantFrom(...GENUINE), fc.nat(), fc.nat({ max: 7 }), ({ setting, delivery }, place, bit) => {
        const body = delivery.body.slice()
        const at = place % body.byteLength
        body[at] = (body[at] as number) ^ (1 << bit)
        expect(authenticate({ ...delivery, body }, [setting], SECRETS, NOW).ok).toBe(false)
      }),
      runs(1500),
    )
  },
  FUZZ_WITHIN_MS,
)

test(
  'a genuine proof with a character changed, added or taken away proves nothing else',
  () => {
    const edit = fc.tuple(fc.nat(), fc.string({ unit: 'binary-ascii', maxLength: 2 }), fc.nat({ max: 2 }))
    fc.assert(
      fc.property(fc.constantFrom(...GENUINE), edit, ({ setting, header, delivery }, [place, by, taken]) => {
        const was = delivery.headers[header] as string
        const at = place % (was.length + 1)
        const now = was.slice(0, at) + by + was.slice(at + taken)
        const { ok } = authenticate({ ...delivery, headers: { ...delivery.headers, [header]: now } }, [setting], SECRETS, NOW)
        // The same bytes may be written in more than one way (case of hex, padding of base64, an optional prefix, a second signature).
        if (ok) expect(isSameProof(was, now)).toBe(true)
      }),
      runs(3000),
    )
  },
  FUZZ_WITHIN_MS,
)

/** One genuine delivery for each scheme that signs the body. */
function genuine(text: string): Genuine[] {
  const body = new TextEncoder().encode(text)
  const digest = (algorithm: 'sha1' | 'sha256' | 'sha512', encoding: 'hex' | 'base64', signed: string = text) =>
    new Bun.CryptoHasher(algorithm, SECRET).update(signed).digest(encoding)
  const seconds = String(Math.floor(NOW / 1000))
  const made: Genuine[] = []
  for (const setting of SETTINGS) {
    if (setting.scheme === 'standard-webhooks') {
      const signature = `v1,${digest('sha256', 'base64', `msg_1.${seconds}.${text}`)}`
      const given = { 'webhook-id': 'msg_1', 'webhook-timestamp': seconds, 'webhook-signature': signature }
      made.push({ setting, header: 'webhook-signature', delivery: deliveryOf(body, given) })
    }
    if (setting.scheme !== 'hmac') continue
    const { header, algorithm, encoding, prefix, timestamp } = setting
    const lead = timestamp ? `${timestamp.before}${seconds}${timestamp.between}` : ''
    const given = { [header]: `${prefix?.text ?? ''}${digest(algorithm, encoding, lead + text)}`, ...(timestamp ? { [timestamp.header]: seconds } : {}) }
    made.push({ setting, header, delivery: deliveryOf(body, given) })
  }
  return made
}

function isSameProof(was: string, now: string): boolean {
  const bytes = (text: string) => {
    const bare = text.trim().replace(/^(sha\d+=|v1a?,)/, '')
    return [Buffer.from(bare, 'hex').toString('hex'), Buffer.from(bare, 'base64').toString('hex')]
  }
  const [hex, base64] = bytes(was)
  return now.split(' ').some((one) => bytes(one)[0] === hex || bytes(one)[1] === base64) || now.trim() === was
}
