import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Writer } from '../../src/ingest/writer'
import { listCalls } from '../../src/store/calls-read'
import { type EventQuery, findEvent, listEventsAfter, listSessionEvents, searchEvents } from '../../src/store/events-read'
import { listMessages } from '../../src/store/messages-read'
import { insertQuarantined } from '../../src/store/quarantine'
import { listQuarantine } from '../../src/store/quarantine-read'
import { upsertRejections } from '../../src/store/rejections'
import { listRejections } from '../../src/store/rejections-read'
import { listTransitions } from '../../src/store/transitions-read'
import { freshDatabase } from '../support/database'
import { entry, event, message, TEST_SOURCE } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
const T0 = Math.floor(Date.now()) - 60_000
afterAll(() => database.close())

const connected = entry(
  'sales',
  [event('session.connected', { session: { account: { id: '1@c.us' } } }), event('session.state', { session: { detail: 'CONNECTED' } })],
  T0 + 0.125,
  '{"a":1}',
)
const sessionId = connected.sessionId

beforeAll(async () => {
  await sql`insert into sources (id, slug, label, provider, created_at) values (${TEST_SOURCE}, 'default', 'Default', 'auto', now())`
  const writer = new Writer(database.write, Date.now)
  await writer.append(connected)
  // Ten of them in the same microsecond: only the id tells them apart.
  for (let i = 0; i < 10; i++)
    await writer.append(entry('sales', [message('message.received', `M${i}`, { message: { text: `hello ${i} 100%`, sentAt: T0 } })], T0 + 500))
  await writer.append(entry('sales', [message('message.ack', 'M1', { message: { ack: 3 } })], T0 + 600))
  await writer.append(entry('sales', [message('message.reaction', 'M1', { message: { reaction: { text: '👍', sender: '2@c.us' } } })], T0 + 700))
  await writer.append(entry('sales', [event('call.received', { key: 'call', call: { id: 'C1', from: '2@c.us', video: true } })], T0 + 800))
  await writer.append(entry('sales', [event('session.disconnected', { session: { reason: 'network', detail: 'timeout' } })], T0 + 900))
  await writer.append(entry('support', [event('other', { providerType: 'weird_thing' })], T0 + 1_000))
})

const search = async (query: Partial<EventQuery>) => (await searchEvents(sql, { limit: 50, ...query })).data.map((e) => e.type as string)

describe('events are searched', () => {
  test('newest first, over all sessions', async () => {
    expect((await search({})).slice(0, 4)).toEqual(['other', 'session.disconnected', 'call.received', 'message.reaction'])
  })

  test('by source, session, type, family, time and text', async () => {
    expect(await search({ source: 'default', session: 'support' })).toEqual(['other'])
    expect(await search({ session: 'nobody' })).toEqual([])
    expect(await search({ source: 'nothing' })).toEqual([])
    expect(await search({ type: 'message.ack' })).toEqual(['message.ack'])
    expect(await search({ type: 'session.*' })).toEqual(['session.disconnected', 'session.state', 'session.connected'])
    expect(await search({ since: T0 + 800, until: T0 + 1_000 })).toEqual(['session.disconnected', 'call.received'])
    expect(await search({ q: 'HELLO 3' })).toEqual(['message.received'])
    expect(await search({ q: '100%' })).toHaveLength(10)
    expect(await search({ q: '_', type: 'message.*' })).toEqual([])
    expect(await search({ q: 'weird' })).toEqual(['other'])
  })

  test('page by page without a gap or a repetition, while new ones come in', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof searchEvents>> = await searchEvents(sql, { session: 'sales', limit: 3, cursor })
      seen.push(...page.data.map((e) => e.id))
      cursor = page.next
      if (seen.length === 3) await new Writer(database.write, Date.now).append(entry('sales', [event('presence.update')], T0 + 5_000))
    } while (cursor)
    expect(seen).toHaveLength(16)
    expect(new Set(seen).size).toBe(16)
  })

  test('a session lists its own, and a tail asks for what came after', async () => {
    expect((await listSessionEvents(sql, sessionId, { limit: 2, type: 'message.received' })).data.map((e) => e.session)).toEqual(['sales', 'sales'])
    expect((await listEventsAfter(sql, T0 + 800, 10)).map((e) => e.type as string)).toEqual(['session.disconnected', 'other', 'presence.update'])
    expect(await listEventsAfter(sql, T0 + 5_000, 10, sessionId)).toEqual([])
  })
})

describe('one event', () => {
  test('is found by its id alone, with delivery, siblings and the transition it caused', async () => {
    const id = connected.events[0]?.id as string
    const found = await findEvent(sql, id)
    expect(found).toMatchObject({
      id,
      session: 'sales',
      source: 'default',
      type: 'session.connected',
      receivedAt: T0 + 0.125,
      facts: { account: { id: '1@c.us' } },
    })
    expect(found?.delivery).toMatchObject({
      path: '/api/whatsapp/webhook/x',
      headers: {},
      verdict: { scheme: 'hmac', secretId: null },
      siblings: [{ type: 'session.state' }],
    })
    expect(new TextDecoder().decode(found?.delivery?.body ?? undefined)).toBe('{"a":1}')
    expect(found?.transition).toMatchObject({ from: 'new', to: 'connected', eventId: id, at: T0 + 0.125 })
    expect((await findEvent(sql, connected.events[1]?.id as string))?.transition).toBeNull()
  })

  test('remains when retention has dropped its delivery', async () => {
    const [last] = (await searchEvents(sql, { type: 'other', limit: 1 })).data
    await sql`delete from deliveries where id = ${last?.deliveryId as string}`
    expect(await findEvent(sql, last?.id as string)).toMatchObject({ type: 'other', delivery: null })
  })

  test('with an id that is none, or nobody has, is undefined', async () => {
    expect(await findEvent(sql, 'nonsense')).toBeUndefined()
    expect(await findEvent(sql, Bun.randomUUIDv7())).toBeUndefined()
  })
})

test('the transitions of a session are listed newest first, page by page', async () => {
  const first = await listTransitions(sql, sessionId, { limit: 1 })
  expect(first.data).toMatchObject([{ from: 'connected', to: 'disconnected', reason: 'network', detail: 'timeout', at: T0 + 900 }])
  const second = await listTransitions(sql, sessionId, { limit: 1, cursor: first.next })
  expect(second).toMatchObject({ data: [{ from: 'new', to: 'connected' }], next: null })
})

test('the messages of a session carry their ticks and reactions, page by page', async () => {
  const seen = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof listMessages>> = await listMessages(sql, sessionId, { limit: 4, cursor })
    seen.push(...page.data)
    cursor = page.next
  } while (cursor)
  expect(seen.map((m) => m.id)).toEqual(['M9', 'M8', 'M7', 'M6', 'M5', 'M4', 'M3', 'M2', 'M1', 'M0'])
  expect(seen[8]).toMatchObject({ fromMe: false, text: 'hello 1 100%', ack: 3, reactions: [{ text: '👍', sender: '2@c.us' }] })
})

test('calls are listed with the last word about them', async () => {
  expect(await listCalls(sql, sessionId, 10)).toMatchObject([{ id: 'C1', from: '2@c.us', fromMe: false, video: true, group: false, phase: 'received' }])
})

test('refused and undecodable deliveries are listed with the reason, of one source or of all', async () => {
  const rejection = {
    sourceId: TEST_SOURCE,
    slug: 'default',
    session: 'x',
    address: '192.0.2.1',
    code: 'mismatch',
    message: 'signed with a different secret',
    at: T0,
    times: 2,
  }
  await upsertRejections(sql, [rejection, { ...rejection, sourceId: null, slug: 'gone', at: T0 + 1 }])
  expect((await listRejections(sql, { limit: 1 })).data).toMatchObject([{ source: 'gone', times: 2 }])
  expect((await listRejections(sql, { source: 'default', limit: 5 })).data).toMatchObject([{ source: 'default', session: 'x', code: 'mismatch', lastAt: T0 }])
  const delivery = {
    sessionId,
    id: Bun.randomUUIDv7(),
    sourceId: TEST_SOURCE,
    name: 'sales',
    receivedAt: T0,
    reason: 'not JSON',
    path: '/x',
    address: '192.0.2.1',
    headers: '{}',
    body: new Uint8Array(5),
  }
  await insertQuarantined(sql, delivery)
  expect(await listQuarantine(sql, { limit: 5 })).toEqual({
    data: [{ id: delivery.id, source: 'default', session: 'sales', receivedAt: T0, reason: 'not JSON', bodySize: 5 }],
    next: null,
  })
})
