import { afterAll, expect, test } from 'bun:test'
import { sessionAsOf } from '../../src/ingest/look-back'
import { Writer } from '../../src/ingest/writer'
import { freshDatabase } from '../support/database'
import { ALLOWANCES, entry, event, message, TEST_SOURCE } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

const T0 = Date.now() - 3_600_000
const MINUTE = 60_000
const told = [
  entry('past', [event('session.qr', { session: { qr: '2@a' } })], T0),
  entry('past', [event('session.qr', { session: { qr: '2@b' } })], T0 + 20_000),
  entry('past', [event('session.connected', { session: { account: { id: '1@c.us', name: 'Shop' } } })], T0 + MINUTE),
  entry('past', [message('message.received', 'P1')], T0 + 2 * MINUTE),
  entry('past', [event('session.disconnected', { session: { reason: 'logged_out', detail: 'LOGOUT' } })], T0 + 30 * MINUTE),
]

await sql`insert into sources (id, slug, label, provider, created_at) values (${TEST_SOURCE}, 'shop', 'Shop', 'signed', now())`
const writer = new Writer(database.write, Date.now)
for (const one of told) await writer.append(one)
const lookBack = (at: number) => sessionAsOf(sql, 'shop', 'past', ALLOWANCES, at)

test('a session is shown as it was at any moment', async () => {
  expect(await lookBack(T0 + 10_000)).toMatchObject({ status: 'qr', qr: { code: '2@a', count: 1 }, seq: 1, health: 'ok' })
  expect(await lookBack(T0 + 25_000)).toMatchObject({ status: 'qr', qr: { code: '2@b', count: 2 }, seq: 2 })
  expect(await lookBack(T0 + 3 * MINUTE)).toMatchObject({
    status: 'connected',
    qr: null,
    account: { name: 'Shop' },
    counts: { events: 4, messagesReceived: 1 },
    since: T0 + MINUTE,
  })
  expect(await lookBack(Date.now())).toMatchObject({ status: 'disconnected', reason: 'logged_out', seq: 5 })
})

test('the very instant of a change shows the change', async () => {
  expect(await lookBack(T0 + MINUTE)).toMatchObject({ status: 'connected' })
})

test('before its first event there was no session', async () => {
  expect(await lookBack(T0 - 1)).toBeUndefined()
})
