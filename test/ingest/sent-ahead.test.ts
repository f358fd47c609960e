import { afterAll, expect, test } from 'bun:test'
import { rebuild } from '../../src/ingest/rebuild'
import { WRITER_LIMITS, Writer } from '../../src/ingest/writer'
import { connect } from '../../src/store/database'
import { type FrozenFold, thaw } from '../../src/store/session-pulse'
import { freshDatabase } from '../support/database'
import { entry, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

/** Every entry is a batch of its own, sent ahead where there is one before it. */
const ONE_BY_ONE = { ...WRITER_LIMITS, batchEntries: 1, aheadEntries: 1 }
const session = async (name: string) => (await sql`select * from sessions where name = ${name}`)[0]

async function waiting(count: number): Promise<void> {
  for (;;) {
    const [row] = await sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    if (row?.n >= count) return
  }
}

test('a batch fails with the one it was folded on, although another process has moved the session just as far', async () => {
  const [ours, other] = [new Writer(database.write, Date.now, {}, ONE_BY_ONE), new Writer(database.write, Date.now)]
  await ours.append(entry('even', [message('message.received', 'E0')]))
  const blocker = connect(database.url, 1)
  await blocker`begin`
  await blocker`select 1 from sessions where name = 'even' for update`
  const theirs = other.append(entry('even', [message('message.created', 'E1', { message: { fromMe: true } })]))
  await waiting(1)
  const mine = ['E2', 'E3'].map((id) => ours.append(entry('even', [message('message.received', id)])))
  await waiting(2)
  await blocker`rollback`
  await Promise.all([theirs, ...mine])
  await blocker.end()
  const row = await session('even')
  expect(row).toMatchObject({ seq: 4 })
  expect(thaw(row as unknown as FrozenFold).tally).toMatchObject({ events: 4, messagesReceived: 3, messagesSent: 1 })
  expect((await rebuild(sql, { repair: false })).differences).toEqual([])
})

test('an entry that cannot be written out is told to who waits for it, and holds nobody up', async () => {
  const writer = new Writer(database.write, Date.now)
  await writer.append(entry('odd', [message('message.received', 'O0')]))
  const odd = entry('odd', [message('message.received', 'O1')])
  if (odd.delivery) odd.delivery.secretId = 'no uuid'
  const good = entry('odd', [message('message.received', 'O2')])
  const answers = await Promise.allSettled([writer.append(odd), writer.append(good), writer.append(entry('odd', [message('message.received', 'O3')]))])
  expect(answers.map((one) => one.status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(await session('odd')).toMatchObject({ seq: 3 })
  expect(writer.backlog).toEqual({ entries: 0, bytes: 0 })
})

test('two processes that write the same sessions in opposite orders do not lock each other out', async () => {
  const writers = [new Writer(database.write, Date.now), new Writer(database.write, Date.now)]
  const names = Array.from({ length: 9 }, (_, i) => `order${i}`)
  const tell = (writer: Writer, order: string[]) => order.map((name) => writer.append(entry(name, [message('message.received', Bun.randomUUIDv7())])))
  await Promise.all(tell(writers[0] as Writer, names))
  const sessions = await sql`select session_id from sessions where name like 'order%' order by session_id`
  // Both must load all of them once: the other has moved them.
  await Promise.all(tell(writers[1] as Writer, names))
  await Promise.all(tell(writers[0] as Writer, names))
  const blocker = connect(database.url, 1)
  await blocker`begin`
  await blocker`select 1 from sessions where session_id = ${sessions[4]?.session_id} for update`
  const written = [...tell(writers[0] as Writer, names), ...tell(writers[1] as Writer, names.toReversed())]
  await waiting(2)
  await blocker`rollback`
  await Promise.all(written)
  await blocker.end()
  const [row] = await sql`select deadlocks from pg_stat_database where datname = current_database()`
  expect(row).toMatchObject({ deadlocks: 0 })
})

test('a process that hopes and one that asks first do not lock each other out over the same key', async () => {
  const [hoping, asking] = [new Writer(database.write, Date.now), new Writer(database.write, Date.now)]
  await hoping.append(entry('keys', [message('message.received', 'K0')]))
  const told = [message('message.received', 'K1'), message('message.received', 'K2')]
  const keys = entry('keys', told)
    .events.map((one) => one.keyHash as string)
    .sort()
  const firstTold = told.filter((one) => entry('keys', [one]).events[0]?.keyHash === keys[0])
  const blocker = connect(database.url, 1)
  await blocker`begin`
  await blocker`insert into event_keys select session_id, ${keys[1] as string}, gen_random_uuid() from sessions where name = 'keys'`
  const asked = asking.append(entry('keys', told))
  await waiting(1)
  const hoped = hoping.append(entry('keys', firstTold))
  await waiting(2)
  await blocker`rollback`
  expect((await Promise.all([asked, hoped])).map((one) => one.duplicate)).toEqual([false, true])
  await blocker.end()
  const [row] = await sql`select deadlocks from pg_stat_database where datname = current_database()`
  expect(row).toMatchObject({ deadlocks: 0 })
})
