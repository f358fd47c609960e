import { describe, expect, test } from 'bun:test'
import { decodeAny } from '../../../src/providers'
import { Chance } from '../../../src/tasks/simulate/chance'
import { playDemo } from '../../../src/tasks/simulate/demo'
import { castOf } from '../../../src/tasks/simulate/demo-cast'
import type { SimulatedDelivery } from '../../../src/tasks/simulate/happening'

const NOW = Date.UTC(2026, 10, 23, 12)

describe('the demo', () => {
  test('gives every session a name of its own', () => {
    const names = castOf(60, new Chance(1)).map(({ line }) => line.name)
    expect(new Set(names).size).toBe(60)
  })

  test('tells the past of each session in order, and nothing older than a day', async () => {
    const { posted } = await played()
    const times = new Map<string, number>()
    for (const { session, body } of posted) {
      const at = timeIn(body)
      if (at === null) continue
      expect(at).toBeGreaterThanOrEqual(times.get(session) ?? NOW - 24 * 3_600_000)
      expect(at).toBeLessThanOrEqual(NOW)
      times.set(session, at)
    }
    expect(times.size).toBeGreaterThan(25)
  })

  test('says nothing that no provider understands', async () => {
    const { posted } = await played()
    for (const { session, headers, body } of posted) {
      const delivery = {
        id: '',
        receivedAt: NOW,
        method: 'POST',
        path: '/',
        pathSession: session,
        headers,
        body: new TextEncoder().encode(body),
        address: '',
      } as const
      const { decoded } = decodeAny(delivery, JSON.parse(body))
      expect(decoded.ok).toBe(true)
    }
  })
})

async function played(): Promise<{ posted: SimulatedDelivery[] }> {
  const posted: SimulatedDelivery[] = []
  const ended = new AbortController()
  const { living } = await playDemo(async (delivery) => posted.push(delivery), { secret: 'demo', now: () => NOW, signal: ended.signal })
  ended.abort()
  await living
  return { posted }
}

function timeIn(body: string): number | null {
  const { timestamp } = JSON.parse(body) as { timestamp?: string | number }
  return timestamp === undefined ? null : new Date(timestamp).getTime()
}
