import { describe, expect, test } from 'bun:test'
import type { Delivery } from '../../../src/domain/delivery'
import type { DecodedEvent } from '../../../src/domain/event'
import { findProvider, recognise } from '../../../src/providers'
import type { Provider } from '../../../src/providers/provider'
import { authenticate } from '../../../src/signing/authenticate'
import { DIALECTS, play, type Spoken } from '../../../src/tasks/simulate/play'

const SECRET = 'a secret of the test'
const START = Date.UTC(2026, 10, 23, 12)

for (const dialect of DIALECTS.filter(({ id }) => id.startsWith('open-wa') || id.startsWith('meta'))) {
  const provider = findProvider(dialect.id) as Provider
  const spoken = firstOf(3_000)

  describe(`${dialect.id} in the simulator`, () => {
    test('is recognised as what it is, proved as it proves itself, and understood', () => {
      for (const one of spoken) {
        const delivery = deliveryOf(one)
        const body: unknown = JSON.parse(one.body)
        expect(recognise(delivery, body)?.id).toBe(dialect.id)
        expect(authenticate(delivery, provider.schemes, [{ id: 'one', value: SECRET }], one.at).ok).toBe(true)
        expect(eventsOf(one).filter((event) => event.type === 'other')).toEqual([])
      }
    })

    test('tells each message under one id', () => {
      const told = new Map<string, Set<string>>()
      for (const event of spoken.flatMap(eventsOf)) {
        if (event.message === undefined || (event.type !== 'message.received' && event.type !== 'message.created')) continue
        const text = event.message.text ?? ''
        told.set(event.message.id, (told.get(event.message.id) ?? new Set()).add(text))
      }
      expect(told.size).toBeGreaterThan(300)
      for (const texts of told.values()) expect(texts.size).toBe(1)
    })
  })

  function firstOf(count: number): Spoken[] {
    const found: Spoken[] = []
    for (const one of play({ sessions: 8, rate: 50, dialects: [dialect], seed: 3, startAt: START })) {
      found.push(one)
      if (found.length === count) break
    }
    return found
  }

  function eventsOf(one: Spoken): DecodedEvent[] {
    const decoded = provider.decode(deliveryOf(one), JSON.parse(one.body))
    return decoded.ok ? decoded.parts.flatMap((part) => part.events) : []
  }
}

describe('what only some of them do', () => {
  const repeats = (id: string): number => {
    const bodies = bodiesOf(id)
    return bodies.length - new Set(bodies).size
  }
  test('Meta and open-wa 5 post some bodies twice, those that never repeat do not', () => {
    expect(repeats('meta-cloud-api')).toBeGreaterThan(20)
    expect(repeats('open-wa-v5')).toBeGreaterThan(20)
    expect(repeats('open-wa-v4')).toBe(0)
    expect(DIALECTS.find(({ id }) => id === 'open-wa-v4')?.retries).toEqual([])
    expect(DIALECTS.find(({ id }) => id === 'open-wa-v5')?.retries).toEqual([1_000, 2_000, 4_000])
  })

  test('Meta bundles, and its statuses do not come in order', () => {
    const changes = bodiesOf('meta-cloud-api').map(
      (body) => (JSON.parse(body) as { entry: { changes: unknown[] }[] }).entry.flatMap((entry) => entry.changes).length,
    )
    expect(Math.max(...changes)).toBeGreaterThan(2)
    const before = new Set<string>()
    const overtaken = bodiesOf('meta-cloud-api').some((body) =>
      [...body.matchAll(/"id":"(wamid[^"]+)","status":"(\w+)"/g)].some(([, id, status]) => {
        before.add(`${id} ${status}`)
        return status === 'sent' && before.has(`${id} delivered`)
      }),
    )
    expect(overtaken).toBe(true)
  })

  test('open-wa 4 posts its QR codes as pictures, open-wa 5 none at all', () => {
    expect(bodiesOf('open-wa-v4').some((body) => body.includes('"data":"data:image/png;base64,iVBOR'))).toBe(true)
    expect(bodiesOf('open-wa-v5').some((body) => body.includes('"2@'))).toBe(false)
  })
})

function bodiesOf(id: string): string[] {
  const bodies: string[] = []
  for (const { body } of play({ sessions: 8, rate: 50, dialects: DIALECTS.filter((one) => one.id === id), seed: 3, startAt: START })) {
    bodies.push(body)
    if (bodies.length === 6_000) break
  }
  return bodies
}

function deliveryOf({ session, dialect, body, id, at }: Spoken): Delivery {
  return {
    id: '',
    receivedAt: at,
    method: 'POST',
    path: '/',
    pathSession: session,
    headers: dialect.sign(SECRET, body, { id, at, now: at }),
    body: new TextEncoder().encode(body),
    address: '',
  }
}
