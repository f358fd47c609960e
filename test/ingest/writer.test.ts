import { afterAll, describe, expect, test } from 'bun:test'
import { WRITER_LIMITS, Writer } from '../../src/ingest/writer'
import { connect } from '../../src/store/database'
import { type FrozenFold, thaw } from '../../src/store/session-pulse'
import { freshDatabase } from '../support/database'
import { entry, event, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

const newWriter = (hooks = {}) => new Writer(database.write, Date.now, hooks)
const session = async (name: string) => (await sql`select * from sessions where name = ${name}`)[0]

describe('group commit', () => {
  test('entries that arrive together are written together, each answered with its own event', async () => {
    const sizes: number[] = []
    const writer = newWriter({ committed: (_c: unknown, _ms: number, entries: number) => sizes.push(entries) })
    const entries = Array.from({ length: 100 }, (_, i) => entry('together', [message('message.received', `T${i}`)]))
    const written = await Promise.all(entries.map((one) => writer.append(one)))
    expect(written.map((w) => w.id)).toEqual(entries.map((e) => e.events[0]?.id as string))
    expect(sizes.reduce((a, b) => a + b)).toBe(100)
    expect(sizes.length).toBeLessThan(5)
    expect(await session('together')).toMatchObject({ seq: 100, status: 'connected' })
    const [{ n }] = (await sql`select count(*)::int as n from events e join deliveries d on d.id = e.delivery_id`) as unknown as [{ n: number }]
    expect(n).toBe(100)
  })

  test('an answer comes only after the commit: while the commit is held back, nobody is told', async () => {
    const writer = newWriter()
    const blocker = connect(database.url, 1)
    await blocker`begin`
    await blocker`lock table sessions in access exclusive mode`
    let told = false
    const written = writer.append(entry('held', [event('session.connected')])).then(() => (told = true))
    // The insert waits for the lock: wait until Postgres says so, then look whether anybody was told.
    for (;;) {
      const [waiting] = await sql`select 1 from pg_locks where not granted`
      if (waiting) break
    }
    expect(told).toBe(false)
    await blocker`commit`
    await written
    expect(told).toBe(true)
    await blocker.end()
  })

  test('two processes on one database fold every event exactly once', async () => {
    const [a, b] = [newWriter(), newWriter()]
    const work = Array.from({ length: 300 }, (_, i) => (i % 2 ? a : b).append(entry('shared', [message('message.received', `S${i}`)])))
    await Promise.all(work)
    const row = await session('shared')
    expect(row).toMatchObject({ seq: 300 })
    expect(thaw(row as unknown as FrozenFold).tally).toMatchObject({ events: 300, messagesReceived: 300 })
    const seqs = await sql`select seq from events e where session_id = ${row?.session_id} order by seq`
    expect(seqs.map((r) => r.seq)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
  })

  test('a full backlog is refused with a time to come back, and nothing of it is kept', async () => {
    const writer = new Writer(database.write, Date.now, {}, { ...WRITER_LIMITS, batchEntries: 10, backlogEntries: 3 })
    const results = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => writer.append(entry('full', [message('message.received', `F${i}`)]))))
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'])
    expect((results[4] as PromiseRejectedResult).reason).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 })
    expect(await session('full')).toMatchObject({ seq: 3 })
    expect(writer.backlog).toEqual({ entries: 0, bytes: 0 })
  })

  test('one entry that Postgres cannot store is set aside and its neighbours are written', async () => {
    const poisoned: string[] = []
    const writer = newWriter({ poisoned: async (e: { session: { name: string } }) => void poisoned.push(e.session.name) })
    const bad = entry('poison', [message('message.received', 'P1', { message: { text: 'nul \u0000 in text' } })])
    const good = Array.from({ length: 20 }, (_, i) => entry('neighbour', [message('message.received', `N${i}`)]))
    await Promise.all([...good.slice(0, 10), bad, ...good.slice(10)].map((one) => writer.append(one)))
    expect(poisoned).toEqual(['poison'])
    expect(await session('neighbour')).toMatchObject({ seq: 20 })
  })
})

describe('idempotency', () => {
  test('the same happening told twice is one event, and the second teller gets the first id', async () => {
    const writer = newWriter()
    const first = await writer.append(entry('twice', [message('message.received', 'M1')]))
    const second = await writer.append(entry('twice', [message('message.received', 'M1')]))
    expect(second).toEqual({ id: first.id, duplicate: true })
    expect(await session('twice')).toMatchObject({ seq: 1 })
  })

  test('equal keys within one batch are one event', async () => {
    const writer = newWriter()
    const written = await Promise.all([1, 2, 3].map(() => writer.append(entry('burst', [message('message.received', 'B1')]))))
    expect(written.filter((w) => w.duplicate)).toHaveLength(2)
    expect(new Set(written.map((w) => w.id)).size).toBe(1)
  })

  test('ready told twice is two events: each is true', async () => {
    const writer = newWriter()
    await writer.append(entry('ready', [event('session.connected')]))
    await writer.append(entry('ready', [event('session.connected')]))
    expect(await session('ready')).toMatchObject({ seq: 2, status: 'connected' })
  })
})

describe('one row per message', () => {
  const stored = async (id: string) => (await sql`select * from messages where id = ${id}`)[0]

  test('message_create, message and media of one message are one row', async () => {
    const writer = newWriter()
    await writer.append(entry('msg', [message('message.created', 'X1', { message: { hasMedia: true, kind: 'image', ack: 1 } })]))
    await writer.append(entry('msg', [message('message.received', 'X1', { message: { hasMedia: true, kind: 'image', ack: 1 } })]))
    await writer.append(entry('msg', [message('message.media', 'X1', { message: { kind: 'image', media: { mimetype: 'image/jpeg', bytes: 10 } } })]))
    expect(await sql`select count(*)::int as n from messages where id = 'X1'`).toMatchObject([{ n: 1 }])
    expect(await stored('X1')).toMatchObject({ kind: 'image', ack: 1, chat: '1@c.us', media: '{"mimetype":"image/jpeg","bytes":10}' })
  })

  test('acks only go forward, and one that comes before its message is not lost', async () => {
    const writer = newWriter()
    const ack = (value: -1 | 0 | 1 | 2 | 3) => entry('ack', [message('message.ack', 'A1', { key: `ack:A1:${value}`, message: { ack: value } })])
    await writer.append(ack(3))
    await writer.append(ack(2))
    await writer.append(entry('ack', [message('message.created', 'A1', { message: { fromMe: true, ack: 0, text: 'late' } })]))
    await writer.append(ack(-1))
    expect(await stored('A1')).toMatchObject({ ack: 3, text: 'late', from_me: true })
  })

  test('the latest edit wins, a reaction taken back is empty, a revocation is dated', async () => {
    const writer = newWriter()
    const at = Date.now() - 1000
    const edit = (text: string, occurredAt: number) =>
      entry('edit', [message('message.edited', 'E1', { key: `edit:${text}`, ordered: true, occurredAt, message: { text } })])
    await Promise.all([writer.append(edit('third', at + 3)), writer.append(edit('second', at + 2))])
    await writer.append(entry('edit', [message('message.received', 'E1', { message: { text: 'first' } })]))
    const react = (text: string) => entry('edit', [message('message.reaction', 'E1', { key: `r:${text}`, message: { reaction: { text, sender: '2@c.us' } } })])
    await writer.append(react('👍'))
    await writer.append(react(''))
    await writer.append(entry('edit', [message('message.revoked', 'E1')]))
    expect(await stored('E1')).toMatchObject({ text: 'third', revoked_at: expect.any(Date) })
    expect(await sql`select text from reactions where message_id = 'E1'`).toMatchObject([{ text: '' }])
  })
})
