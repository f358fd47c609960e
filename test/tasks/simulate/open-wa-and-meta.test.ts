import { describe, expect, test } from 'bun:test'
import { findProvider, recognise } from '../../../src/providers'
import type { Provider } from '../../../src/providers/provider'
import { authenticate } from '../../../src/signing/authenticate'
import { DIALECTS } from '../../../src/tasks/simulate/play'
import { bodyOf, deliveryOf, eventsOf, firstOf as firstOfPlay, SECRET, START, textsTold } from '../support/simulated'

const firstOf = (id: string, count: number) =>
  firstOfPlay({ sessions: 8, rate: 50, dialects: DIALECTS.filter((one) => one.id === id), seed: 3, startAt: START }, count)
const bodiesOf = (id: string) => firstOf(id, 6_000).map(({ body }) => body)

for (const dialect of DIALECTS.filter(({ id }) => id.startsWith('open-wa') || id.startsWith('meta'))) {
  const provider = findProvider(dialect.id) as Provider
  const spoken = firstOf(dialect.id, 3_000)

  describe(`${dialect.id} in the simulator`, () => {
    test('is recognised as what it is, proved as it proves itself, and understood', () => {
      for (const one of spoken) {
        const delivery = deliveryOf(one)
        expect(recognise(delivery, bodyOf(one))?.id).toBe(dialect.id)
        expect(authenticate(delivery, provider.schemes, [{ id: 'one', value: SECRET }], one.at).ok).toBe(true)
        expect(eventsOf(provider, one).filter((event) => event.type === 'other')).toEqual([])
      }
    })

    test('tells each message under one id', () => {
      const told = textsTold(spoken.flatMap((one) => eventsOf(provider, one)))
      expect(told.size).toBeGreaterThan(300)
      for (const texts of told.values()) expect(texts.size).toBe(1)
    })
  })
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
