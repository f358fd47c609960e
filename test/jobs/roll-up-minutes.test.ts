import { afterAll, expect, test } from 'bun:test'
import { Writer } from '../../src/ingest/writer'
import { rollUpMinutes } from '../../src/jobs/roll-up-minutes'
import { connect } from '../../src/store/database'
import { markLateMinutes } from '../../src/store/projections'
import { run } from '../../src/store/statement'
import { freshDatabase } from '../support/database'
import { entry, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

const MINUTE = 60_000
const T0 = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE
let clock = T0
const writer = new Writer(database.write, () => clock)
const counted = async () => (await sql<{ n: number }[]>`select coalesce(sum(count), 0)::int as n from rollups`)[0]?.n

test('a minute that got an event late is counted again, also when the count runs into the commit of another late event', async () => {
  await writer.append(entry('late', [message('message.received', 'L1')], T0 + 1_000))
  clock = T0 + 10 * MINUTE
  await rollUpMinutes({ sql, now: () => clock })
  expect(await counted()).toBe(1)
  await writer.append(entry('late', [message('message.received', 'L2')], T0 + 2_000))

  // A commit that has marked the minute and written its event, but not ended yet.
  const slow = connect(database.url, 1)
  await slow`begin`
  await slow`insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, body_size, facts)
    select session_id, received_at + interval '1 s', gen_random_uuid(), 99, source_id, delivery_id, type, provider_type, at, 0, '{}' from events limit 1`
  await run(slow, markLateMinutes([T0]))
  const running = rollUpMinutes({ sql, now: () => clock })
  await Bun.sleep(100)
  await slow`commit`
  await running
  await rollUpMinutes({ sql, now: () => clock })
  expect(await counted()).toBe(3)
  await slow.end()
})
