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
