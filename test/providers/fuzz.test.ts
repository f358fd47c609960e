import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { DecodedEvent } from '../../src/domain/event'
import { decodeAny, PROVIDERS, sessionNameIn } from '../../src/providers'
import type { Provider } from '../../src/providers/provider'
import { deliveryOf, readSamples } from './samples'

/** fast-check prints the seed and the smallest failing body when a property does not hold. */

const BODIES = new Map<string, unknown[]>()
for (const [id, folder] of [
  ['wwebjs-api', 'wwebjs-api'],
  ['waha', 'waha'],
  ['open-wa-v4', 'open-wa-v4'],
  ['open-wa-v5', 'open-wa-v5'],
  ['meta-cloud-api', 'meta-cloud-api'],
  ['signed', 'standard-webhooks'],
] as const) {
  BODIES.set(
    id,
    (await readSamples(folder)).map((sample) => sample.body),
  )
}

/** Anything at all, with what senders and attackers like best a little more often. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>(
    null,
    '',
    '\0',
    '\ud800',
    '__proto__',
    'true_a_b_c',
    'false_',
    -1,
    1e308,
    1795450048,
    '1795450048',
    [],
    {},
    [[]],
    true,
    'x'.repeat(3000),
  ),
)

for (const provider of PROVIDERS) {
  const samples = BODIES.get(provider.id) as unknown[]

  test(`${provider.id} decodes random JSON without a crash`, () => {
    fc.assert(
      fc.property(anything, (body) => checkDecoded(provider, body)),
      { numRuns: 2000 },
    )
  })

  test(`${provider.id} decodes its own samples with anything in the place of anything`, () => {
    const mutated = fc.tuple(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(), anything), { minLength: 1, maxLength: 4 }))
    fc.assert(
      fc.property(mutated, ([sample, changes]) => {
        const body = structuredClone(sample)
        for (const [place, value] of changes) replace(body, place, structuredClone(value))
        checkDecoded(provider, body)
      }),
      { numRuns: 4000 },
    )
  })
}

test('a body nested 10,000 deep is decoded or refused like any other', () => {
  const deep = (inside: string): unknown => JSON.parse(`${'{"data":'.repeat(10_000)}${inside}${'}'.repeat(10_000)}`)
  const array: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)
  for (const provider of PROVIDERS) {
    for (const bomb of [deep('1'), array]) {
      checkDecoded(provider, bomb)
      for (const sample of BODIES.get(provider.id) ?? []) {
        for (const name of Object.keys(sample as object)) checkDecoded(provider, { ...(sample as object), [name]: bomb })
      }
    }
  }
})

test('keys that reach for prototypes reach nothing', () => {
  const body: unknown = JSON.parse(
    '{"dataType":"ready","event":"message","type":"session.connected","payload":{"__proto__":{"id":"x"}},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  )
  for (const provider of PROVIDERS) checkDecoded(provider, body)
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('what nobody recognises is not decoded, and the reason says what it looked like', () => {
  const seen = (body: unknown) => decodeAny(deliveryOf(''), body)
  expect(seen({ hello: 1, world: 2 })).toEqual({
    provider: undefined,
    decoded: { ok: false, reason: 'a JSON object with "hello", "world": no provider that we know sends such a body' },
  })
  expect(seen([]).decoded).toMatchObject({ ok: false, reason: expect.stringContaining('a JSON array') })
  expect(seen(null).decoded).toMatchObject({ ok: false, reason: expect.stringContaining('JSON null') })
  expect(seen({ 'a\0\ud800': 1 }).decoded).toMatchObject({ ok: false })
})

test("a body's session is found under any sender's name for it", () => {
  for (const name of ['sessionId', 'session', 'instance', 'instanceName', 'session_id']) expect(sessionNameIn({ [name]: 'loja_1' })).toBe('loja_1')
  expect(sessionNameIn({ data: { sessionId: 'loja_1' } })).toBe('loja_1')
  for (const odd of [null, [], 'x', {}, { session: {} }, { sessionId: '' }]) expect(sessionNameIn(odd)).toBeNull()
})

/** Whatever the body: no crash, and what is decoded can be stored. */
function checkDecoded(provider: Provider, body: unknown): void {
  const delivery = deliveryOf('')
  const sureness = provider.recognises(delivery, body)
  expect(sureness >= 0 && sureness <= 1).toBe(true)
  sessionNameIn(body)
  const decoded = provider.decode(delivery, body)
  if (!decoded.ok) {
    expect(decoded.reason.length).toBeGreaterThan(10)
    return
  }
  for (const part of decoded.parts) {
    if (part.session !== null) expectStorable(part.session)
    expect(part.events.length).toBeGreaterThan(0)
    for (const event of part.events) expectSound(event)
  }
}

function expectSound(event: DecodedEvent): void {
  expectStorable(JSON.stringify(event).replaceAll('\\u0000', '\0'))
  if (event.key !== null) {
    expect(event.key.length).toBeLessThanOrEqual(500)
    expectStorable(event.key)
  }
  if (event.ordered && event.occurredAt === null) throw new Error('ordered without a time')
  if (event.type.startsWith('message.') && event.message === undefined) throw new Error('a message event without a message')
  if (event.message !== undefined && event.message.id.length === 0) throw new Error('a message without an id')
  if ((event.message?.text?.length ?? 0) > 1000) throw new Error('a text too long')
  if ((event.session?.detail?.length ?? 0) > 500) throw new Error('a detail too long')
}

function expectStorable(text: string): void {
  if (text.includes('\0') || !text.isWellFormed() || /\\ud[89ab]/.test(text)) throw new Error(`not storable: ${JSON.stringify(text)}`)
}

/** Puts a value in the place of one of the body's values, chosen by number. */
function replace(body: unknown, place: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key])
      visit((node as Record<string, unknown>)[key])
    }
  }
  visit(body)
  const chosen = places[place % Math.max(places.length, 1)]
  if (chosen !== undefined) chosen[0][chosen[1]] = value
}
