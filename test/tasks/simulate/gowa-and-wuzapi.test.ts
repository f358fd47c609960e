import { describe, expect, test } from 'bun:test'
import { findProvider, recognise } from '../../../src/providers'
import type { Provider } from '../../../src/providers/provider'
import { authenticate } from '../../../src/signing/authenticate'
import { gowaDialect } from '../../../src/tasks/simulate/gowa'
import type { Dialect } from '../../../src/tasks/simulate/happening'
import type { Spoken } from '../../../src/tasks/simulate/play'
import { wuzapiDialect } from '../../../src/tasks/simulate/wuzapi'
import { bodyOf, deliveryOf, eventsOf, firstOf as firstOfPlay, SECRET, START, textsTold } from '../support/simulated'

const firstOf = (dialect: Dialect, count: number) => firstOfPlay({ sessions: 12, rate: 50, dialects: [dialect], seed: 3, startAt: START }, count)

describe.each([[gowaDialect], [wuzapiDialect]])('$id in the simulator', (dialect) => {
  const provider = findProvider(dialect.id) as Provider
  const spoken = firstOf(dialect, 3_000)

  test('is recognised as what it is, proved as it proves itself, and understood', () => {
    for (const one of spoken) {
      const delivery = deliveryOf(one)
      expect(recognise(delivery, bodyOf(one))?.id).toBe(dialect.id)
      expect(authenticate(delivery, provider.schemes, [{ id: 'one', value: SECRET }], one.at).ok).toBe(true)
      expect(eventsOf(provider, one).filter((event) => event.type === 'other')).toEqual([])
    }
  })

  test('names the session that its URL names', () => {
    for (const one of spoken) expect(provider.decode(deliveryOf(one), bodyOf(one))).toMatchObject({ parts: [{ session: one.session }] })
  })

  test('tells each message under one id, and what is done to it', () => {
    const types = new Set(spoken.flatMap((one) => eventsOf(provider, one)).map((event) => event.type))
    for (const type of ['message.received', 'message.created', 'message.ack', 'message.edited', 'message.revoked', 'message.reaction'] as const) {
      expect(types).toContain(type)
    }
    expect(types).toContain('call.received')
    const told = textsTold(spoken.flatMap((one) => eventsOf(provider, one)))
    expect(told.size).toBeGreaterThan(200)
    for (const texts of told.values()) expect(texts.size).toBe(1)
  })

  test('posts some deliveries twice, byte for byte; a message told twice has one key', () => {
    const times = new Map<string, Spoken[]>()
    for (const one of spoken) times.set(one.body, [...(times.get(one.body) ?? []), one])
    expect([...times.values()].filter((same) => same.length > 1).length).toBeGreaterThan(30)
    for (const [first] of times.values()) {
      for (const event of eventsOf(provider, first as Spoken)) if (event.message !== undefined) expect(event.key).not.toBeNull()
    }
  })
})

test('GOWA says nothing of its sessions', () => {
  const provider = findProvider('gowa') as Provider
  const events = firstOf(gowaDialect, 1_000).flatMap((one) => eventsOf(provider, one))
  expect(events.filter(({ type }) => type.startsWith('session.'))).toEqual([])
  expect(gowaDialect.retries).toEqual([1_000, 2_000, 4_000, 8_000])
})

test('wuzapi pairs by pictures that can be read, connects, falls away and is logged out; some of it as JSON', () => {
  const provider = findProvider('wuzapi') as Provider
  const spoken = firstOf(wuzapiDialect, 6_000)
  const events = spoken.flatMap((one) => eventsOf(provider, one))
  const codes = events.filter(({ type }) => type === 'session.qr')
  expect(codes.length).toBeGreaterThan(3)
  for (const { session } of codes) expect(session?.qr).toStartWith('2@')
  const types = new Set(events.map(({ type }) => type))
  for (const type of ['session.authenticated', 'session.connected', 'session.connecting', 'session.disconnected'] as const) expect(types).toContain(type)
  const forms = spoken.filter(({ body }) => body.startsWith('instanceName=')).length
  expect(forms).toBeGreaterThan(spoken.length / 2)
  expect(forms).toBeLessThan(spoken.length)
  expect(wuzapiDialect.retries).toEqual([30_000, 60_000, 120_000, 240_000])
}, 30_000)
