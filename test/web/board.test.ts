import { afterAll, expect, test } from 'bun:test'
import { Writer } from '../../src/ingest/writer'
import { Board } from '../../src/web/board'
import { freshDatabase } from '../support/database'
import { ALLOWANCES, entry, event, message, TEST_SOURCE } from '../support/entries'

const database = await freshDatabase()
afterAll(() => database.close())
const sql = database.read
await sql`insert into sources (id, slug, label, provider, created_at) values (${TEST_SOURCE}, 'default', 'Default', 'auto', now())`
const writer = new Writer(database.write, Date.now)
const board = new Board(sql, ALLOWANCES, Date.now)
const statusOf = async (name: string) => (await board.sessions()).find((session) => session.name === name)?.status

test('the board is never older than the database: what is committed is there at the next look', async () => {
  expect(await board.sessions()).toEqual([])
  await writer.append(entry('a', [event('session.qr', { session: { qr: '2@a' } })]))
  expect(await statusOf('a')).toBe('qr')
  await writer.append(entry('b', [event('session.connected')]))
  expect(await statusOf('b')).toBe('connected')
  for (let i = 0; i < 5; i++) {
    await writer.append(entry('a', [message('message.received', `M${i}`)]))
    expect((await board.sessions()).find((session) => session.name === 'a')?.counts.messagesReceived).toBe(i + 1)
  }
})

test('settings that are no events show too: owners, allowances, a source renamed', async () => {
  const find = async () => (await board.sessions()).find((session) => session.name === 'b')
  await sql`insert into operators (id, name, email, created_at, updated_at) values ('op', 'Grace', 'g@example.org', now(), now())`
  await sql`update sessions set owner_id = 'op' where name = 'b'`
  expect((await find())?.owner).toEqual({ id: 'op', name: 'Grace' })
  await sql`update sessions set owner_id = case name when 'a' then 'op' end`
  expect((await find())?.owner).toBeNull()
  await sql`update sessions set owner_id = case name when 'b' then 'op' end`
  expect((await find())?.owner).toEqual({ id: 'op', name: 'Grace' })
  await sql`update operators set name = 'Ada'`
  expect((await find())?.owner?.name).toBe('Ada')
  await sql`update sources set slug = 'renamed'`
  expect((await find())?.source).toBe('renamed')
  await sql`update sessions set stale_after_ms = 1 where name = 'b'`
  expect((await find())?.health).toBe('quiet')
})

test('a session of which nothing is different is the very same object, and another one as soon as something is', async () => {
  const known = new Map<string, unknown>()
  let now = Math.floor(Date.now() / 60_000) * 60_000 + 1_000
  const clocked = new Board(sql, ALLOWANCES, () => now)
  const changed = async () => {
    const sessions = await clocked.sessions()
    const names = sessions.filter((session) => known.get(session.name) !== session).map(({ name }) => name)
    for (const session of sessions) known.set(session.name, session)
    return names
  }
  expect(await changed()).toEqual(['a', 'b'])
  now += 1_000
  expect(await changed()).toEqual([])
  await writer.append(entry('b', [message('message.received', 'moves')]))
  expect(await changed()).toEqual(['b'])
  now += 60_000
  expect(await changed()).toEqual(['a', 'b'])
  // Within one minute: b goes quiet when its own allowance is used up.
  now = Math.ceil(now / 60_000) * 60_000 + 1_000
  const heardAt = (await clocked.sessions()).find(({ name }) => name === 'b')?.lastEventAt as number
  await sql`update sessions set stale_after_ms = ${now + 5_000 - heardAt} where name = 'b'`
  const health = async () => (await clocked.sessions()).find(({ name }) => name === 'b')?.health
  expect(await health()).toBe('ok')
  now += 4_000
  expect(await health()).toBe('ok')
  now += 2_000
  expect(await health()).toBe('quiet')
})

test('a session that is gone from the database is gone from the board', async () => {
  await sql`delete from sessions where name = 'b'`
  expect((await board.sessions()).map((session) => session.name)).toEqual(['a'])
})

test('500 sessions cost a look of a few milliseconds, moving or not', async () => {
  const many = (i: number) =>
    entry(`many-${i}`, [event('session.connected'), ...Array.from({ length: 20 }, (_, n) => message('message.received', `${i}-${n}`))])
  await Promise.all(Array.from({ length: 500 }, (_, i) => writer.append(many(i))))
  const times: number[] = []
  for (let round = 0; round < 40; round++) {
    await writer.append(entry(`many-${round}`, [message('message.received', `again-${round}`)]))
    const start = performance.now()
    expect((await board.sessions()).length).toBe(501)
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  console.log(`  board.sessions(501), one moved each time: p50 ${times[20]?.toFixed(1)} ms, p95 ${times[37]?.toFixed(1)} ms`)
  expect(times[20]).toBeLessThan(60)
}, 20_000)
