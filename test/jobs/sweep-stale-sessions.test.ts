import { afterAll, expect, test } from 'bun:test'
import type { Instant } from '../../src/domain/event'
import { Writer } from '../../src/ingest/writer'
import { sweepStaleSessions } from '../../src/jobs/sweep-stale-sessions'
import { changeSessionSettings } from '../../src/store/session-settings'
import { insertSource, updateSource } from '../../src/store/sources'
import { freshDatabase } from '../support/database'
import { ALLOWANCES, entry, event, message, TEST_SOURCE } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

let clock: Instant = Date.now()
const writer = new Writer(database.write, () => clock)
const deps = { sql, writer, allowances: ALLOWANCES, now: () => clock }
const MINUTE = 60_000
const T0 = clock

const session = async (name: string) => (await sql`select * from sessions where name = ${name}`)[0]

test('a connected session that is silent beyond its allowance is disconnected (stale), dated by its deadline', async () => {
  await writer.append(entry('silent', [event('session.connected')], T0))
  clock = T0 + 14 * MINUTE
  expect(await sweepStaleSessions(deps)).toBe(0)
  clock = T0 + 40 * MINUTE
  expect(await sweepStaleSessions(deps)).toBe(1)
  expect(await session('silent')).toMatchObject({ status: 'disconnected', reason: 'stale', since: new Date(T0 + 15 * MINUTE), stale_at: null })
  expect(await sweepStaleSessions(deps)).toBe(0)
})

test('a session that goes on speaking is looked at again later and left alone', async () => {
  await writer.append(entry('busy', [event('session.connected')], T0 + 41 * MINUTE))
  await writer.append(entry('busy', [message('message.received', 'B1')], T0 + 50 * MINUTE))
  clock = T0 + 60 * MINUTE
  expect(await sweepStaleSessions(deps)).toBe(0)
  expect(await session('busy')).toMatchObject({ status: 'connected', stale_at: new Date(T0 + 65 * MINUTE) })
})

test('a QR that nobody scanned expires, and a start that leads nowhere times out', async () => {
  await writer.append(entry('qr', [event('session.qr', { session: { qr: '2@a' } })], T0 + 70 * MINUTE))
  await writer.append(entry('start', [event('session.connecting')], T0 + 70 * MINUTE))
  clock = T0 + 71.5 * MINUTE
  await sweepStaleSessions(deps)
  expect(await session('qr')).toMatchObject({ status: 'disconnected', reason: 'qr_expired' })
  expect(await session('start')).toMatchObject({ status: 'starting' })
  clock = T0 + 74 * MINUTE
  await sweepStaleSessions(deps)
  expect(await session('start')).toMatchObject({ status: 'disconnected', reason: 'timeout', since: new Date(T0 + 73 * MINUTE) })
})

test('a session that spoke after it was judged keeps its status: the verdict is kept and ignored', async () => {
  await writer.append(entry('spoke', [event('session.connected')], T0 + 80 * MINUTE))
  clock = T0 + 100 * MINUTE
  const judging = {
    ...deps,
    writer: {
      append: async (one: Parameters<typeof writer.append>[0]) => {
        await writer.append(entry('spoke', [message('message.received', 'S1')], T0 + 90 * MINUTE))
        return writer.append(one)
      },
    } as unknown as Writer,
  }
  await sweepStaleSessions(judging)
  expect(await session('spoke')).toMatchObject({ status: 'connected' })
  const [stale] = await sql`select 1 from events where type = 'session.stale' and session_id = ${(await session('spoke'))?.session_id}`
  expect(stale).toBeDefined()
})

test('an allowance of the session overrides that of its source, and both the default', async () => {
  await writer.append(entry('patient', [event('session.connected')], T0 + 110 * MINUTE))
  await sql`update sessions set stale_after_ms = ${120 * MINUTE} where name = 'patient'`
  clock = T0 + 140 * MINUTE
  await sweepStaleSessions(deps)
  expect(await session('patient')).toMatchObject({ status: 'connected', stale_at: new Date(T0 + 230 * MINUTE) })
})

test('an allowance that is changed counts at once, also for a session that the writer knows by heart', async () => {
  await writer.append(entry('changed', [event('session.connected')], T0 + 150 * MINUTE))
  const { session_id: id } = (await session('changed')) as { session_id: string }
  const own = { staleAfterMs: 5 * MINUTE, qrExpiresAfterMs: null, connectingTimeoutMs: null }
  await changeSessionSettings(sql, id, own)
  await writer.append(entry('changed', [event('session.disconnected', { session: { reason: 'network' } }), event('session.connected')], T0 + 151 * MINUTE))
  expect(await session('changed')).toMatchObject({ status: 'connected', stale_at: new Date(T0 + 156 * MINUTE) })
  await changeSessionSettings(sql, id, { ...own, staleAfterMs: 2 * MINUTE })
  clock = T0 + 152 * MINUTE
  await sweepStaleSessions(deps)
  expect(await session('changed')).toMatchObject({ status: 'connected', stale_at: new Date(T0 + 153 * MINUTE) })
  await changeSessionSettings(sql, id, { ...own, staleAfterMs: null })
  await sweepStaleSessions(deps)
  expect(await session('changed')).toMatchObject({ stale_at: new Date(T0 + 166 * MINUTE) })
  expect(changeSessionSettings(sql, Bun.randomUUIDv7(), own)).rejects.toMatchObject({ code: 'not_found' })
})

test('an allowance of the source that is changed counts for all its sessions that set none themselves', async () => {
  const input = { label: 'x', provider: 'auto' }
  const { id } = await insertSource(sql, { slug: 'test', ...input }, T0)
  await sql`update sources set id = ${TEST_SOURCE} where id = ${id}`
  await writer.append(entry('follows', [event('session.connected')], T0 + 170 * MINUTE))
  await updateSource(sql, TEST_SOURCE, { ...input, staleAfterMs: 3 * MINUTE })
  clock = T0 + 171 * MINUTE
  await sweepStaleSessions(deps)
  expect(await session('follows')).toMatchObject({ status: 'connected', stale_at: new Date(T0 + 173 * MINUTE) })
})
