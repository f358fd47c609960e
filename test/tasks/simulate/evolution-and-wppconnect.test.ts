import { describe, expect, test } from 'bun:test'
import { findProvider, recognise } from '../../../src/providers'
import type { Provider } from '../../../src/providers/provider'
import { authenticate } from '../../../src/signing/authenticate'
import { Courier } from '../../../src/tasks/simulate/courier'
import { evolutionDialect } from '../../../src/tasks/simulate/evolution'
import type { Dialect } from '../../../src/tasks/simulate/happening'
import { emptyOutcome, type Outcome } from '../../../src/tasks/simulate/outcome'
import type { Spoken } from '../../../src/tasks/simulate/play'
import { wppconnectDialect } from '../../../src/tasks/simulate/wppconnect'
import { until } from '../../support/until'
import { bodyOf, deliveryOf, eventsOf, firstOf as firstOfPlay, SECRET, START, textsTold } from '../support/simulated'

const firstOf = (dialect: Dialect, count: number) => firstOfPlay({ sessions: 12, rate: 50, dialects: [dialect], seed: 3, startAt: START }, count)

describe.each([[evolutionDialect], [wppconnectDialect]])('$id in the simulator', (dialect) => {
  const provider = findProvider(dialect.id) as Provider
  const spoken = firstOf(dialect, 4_000)

  test('is recognised as what it is, proved as it proves itself, and understood', () => {
    for (const one of spoken) {
      const delivery = deliveryOf(one)
      expect(recognise(delivery, bodyOf(one))?.id).toBe(dialect.id)
      expect(authenticate(delivery, provider.schemes, [{ id: 'one', value: SECRET }], one.at).ok).toBe(true)
      expect(eventsOf(provider, one).filter((event) => event.type === 'other')).toEqual([])
    }
  })

  test('pairs, connects, talks, falls away and is logged out', () => {
    const types = new Set(spoken.flatMap((one) => eventsOf(provider, one)).map((event) => event.type))
    for (const type of ['session.qr', 'session.pairing_code', 'session.connected', 'session.disconnected'] as const) expect(types).toContain(type)
    for (const type of ['message.received', 'message.created', 'message.ack', 'message.revoked', 'message.reaction', 'call.received'] as const) {
      expect(types).toContain(type)
    }
  })

  test('tells each message under one id, its file as size and hash', () => {
    const events = spoken.flatMap((one) => eventsOf(provider, one))
    const whole = events.filter(({ type }) => type === 'message.received' || type === 'message.created')
    const files = whole.flatMap(({ message }) => message?.media ?? [])
    expect(files.length).toBeGreaterThan(20)
    for (const file of files) {
      expect(file.bytes).toBeGreaterThan(500)
      expect(file.sha256).toHaveLength(64)
    }
    const told = textsTold(events)
    expect(told.size).toBeGreaterThan(300)
    for (const texts of told.values()) expect(texts.size).toBe(1)
  })
})

describe('what only one of them does', () => {
  test('Evolution posts everything of some lines twice, byte for byte, and the second is the same happening', () => {
    const provider = findProvider('evolution-api') as Provider
    const times = new Map<string, Spoken[]>()
    for (const one of firstOf(evolutionDialect, 4_000)) times.set(one.body, [...(times.get(one.body) ?? []), one])
    const twice = [...times.values()].filter((same) => same.length === 2)
    expect(twice.length).toBeGreaterThan(100)
    expect([...times.values()].every((same) => same.length <= 2)).toBe(true)
    for (const [first] of twice) for (const event of eventsOf(provider, first as Spoken)) expect(event.key).not.toBeNull()
  })

  test('Evolution repeats the same bytes and the same token, and not at all after an answer that ends it', async () => {
    const hasty: Dialect = { ...evolutionDialect, retries: [1, 1], jitter: 0 }
    const busy = await posted(hasty, 503, 3)
    expect(busy.requests).toHaveLength(3)
    expect(new Set(busy.requests).size).toBe(1)
    expect(busy.outcome).toMatchObject({ retried: 2, lost: 1 })
    const refused = await posted(hasty, 401, 1)
    expect(refused.requests).toHaveLength(1)
    expect(refused.outcome).toMatchObject({ retried: 0, lost: 1 })
    expect(evolutionDialect.retries.reduce((sum, wait) => sum + wait, 0)).toBe(1_215_000)
  })

  test('WPPConnect posts once, and a file after what was written while it was fetched', async () => {
    const { requests, outcome } = await posted(wppconnectDialect, 503, 1)
    expect(requests).toHaveLength(1)
    expect(outcome).toMatchObject({ retried: 0, lost: 1 })
    const provider = findProvider('wppconnect-server') as Provider
    const sent = new Map<string, number>()
    const overtaken = firstOf(wppconnectDialect, 4_000).some((one) =>
      eventsOf(provider, one).some(({ message }) => {
        if (message?.sentAt === undefined) return false
        const last = sent.get(one.session) ?? 0
        sent.set(one.session, Math.max(last, message.sentAt))
        return message.media !== undefined && message.sentAt < last
      }),
    )
    expect(overtaken).toBe(true)
  })
})

/** What a receiver gets of one letter when it always answers so. */
async function posted(dialect: Dialect, status: number, attempts: number): Promise<{ requests: string[]; outcome: Outcome }> {
  const requests: string[] = []
  const outcome = emptyOutcome()
  const ended = new AbortController()
  const server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      requests.push(`${request.headers.get('authorization')} ${await request.text()}`)
      return new Response('{}', { status, headers: { 'retry-after': '3600' } })
    },
  })
  try {
    const courier = new Courier({ webhookUrl: server.url.href.slice(0, -1), secret: SECRET, outcome, signal: ended.signal })
    const [one] = firstOf(dialect, 1)
    courier.send(one as Spoken)
    await until(() => outcome.lost === 1, `the sender to give up after ${attempts}`)
  } finally {
    ended.abort()
    await server.stop(true)
  }
  return { requests, outcome }
}
