import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { DecodedEvent } from '../../src/domain/event'
import { decodeAny, PROVIDERS, sessionNameIn } from '../../src/providers'
import type { Provider } from '../../src/providers/provider'
import { anything, FUZZ_WITHIN_MS, mutate, mutation, runs, samplesByProvider } from '../fuzz/support'
import { deliveryOf } from './samples'

const samples = await samplesByProvider()

describe.each(PROVIDERS.map((provider): [string, Provider] => [provider.id, provider]))('%s', (id, provider) => {
  const own = samples.get(id) ?? []

  test('has samples to start from', () => {
    expect(own.length).toBeGreaterThan(0)
  })

  test(
    'decodes random JSON without a crash',
    () => {
      fc.assert(
        fc.property(anything, (body) => checkDecoded(provider, body)),
        runs(2000),
      )
    },
    FUZZ_WITHIN_MS,
  )

  test(
    'decodes its own samples with anything changed in any way',
    () => {
      // A batch of a thousand messages is no better a start than one of three.
      const small = own.filter(({ delivery }) => delivery.body.byteLength < 50_000)
      const changed = fc.tuple(fc.constantFrom(...small), fc.array(mutation, { minLength: 1, maxLength: 4 }))
      fc.assert(
        fc.property(changed, ([sample, mutations]) => checkDecoded(provider, mutate(sample.body, mutations), sample.delivery.headers)),
        runs(4000),
      )
    },
    FUZZ_WITHIN_MS,
  )

  test('decodes or refuses a body nested 10,000 deep like any other', () => {
    const deep: unknown = JSON.parse(`${'{"data":'.repeat(10_000)}1${'}'.repeat(10_000)}`)
    const array: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)
    for (const bomb of [deep, array]) {
      checkDecoded(provider, bomb)
      for (const { body } of own) {
        for (const name of Object.keys(body as object)) checkDecoded(provider, { ...(body as object), [name]: bomb })
      }
    }
  })

  test('lets keys that reach for prototypes reach nothing', () => {
    const evil = '"__proto__":{"id":"x","polluted":true},"constructor":{"prototype":{"polluted":true}}'
    for (const { body } of own) {
      const text = JSON.stringify(body)
      if (!text.startsWith('{') || text === '{}') continue
      checkDecoded(provider, JSON.parse(`{${evil},${text.slice(1)}`))
      checkDecoded(provider, JSON.parse(text.replaceAll('{"', `{${evil},"`)))
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
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
function checkDecoded(provider: Provider, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const delivery = deliveryOf('', { ...headers })
  const sureness = provider.recognises(delivery, body)
  expect(sureness >= 0 && sureness <= 1).toBe(true)
  sessionNameIn(body)
  const decoded = provider.decode(delivery, body)
  if (!decoded.ok) {
    expect(decoded.reason.length).toBeGreaterThan(10)
    expectStorable(decoded.reason)
    return
  }
  for (const part of decoded.parts) {
    if (part.session !== null) expectStorable(part.session)
    expect(part.events.length).toBeGreaterThan(0)
    for (const event of part.events) expectSound(event)
  }
}

function expectSound(event: DecodedEvent): void {
  expectAllStorable(event)
  if (event.key !== null) {
    expect(event.key.length).toBeLessThanOrEqual(500)
    expectStorable(event.key)
  }
  const { occurredAt } = event
  if (occurredAt !== null && !(Number.isFinite(occurredAt) && occurredAt > -8.64e15 && occurredAt < 8.64e15))
    throw new Error(`an impossible time: ${occurredAt}`)
  if (event.ordered && occurredAt === null) throw new Error('ordered without a time')
  if (event.type.startsWith('message.') && event.message === undefined) throw new Error('a message event without a message')
  if (event.message !== undefined && event.message.id.length === 0) throw new Error('a message without an id')
  if ((event.message?.text?.length ?? 0) > 1000) throw new Error('a text too long')
  if ((event.session?.detail?.length ?? 0) > 500) throw new Error('a detail too long')
}

function expectAllStorable(value: unknown): void {
  if (typeof value === 'string') expectStorable(value)
  if (typeof value !== 'object' || value === null) return
  for (const [name, inside] of Object.entries(value)) {
    expectStorable(name)
    expectAllStorable(inside)
  }
}

/** As Postgres takes it: no NUL, no half of a pair. */
function expectStorable(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw new Error(`not storable: ${JSON.stringify(text)}`)
}
