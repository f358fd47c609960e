import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { DAY_MS } from '../../src/domain/time'
import type { Entry } from '../../src/ingest/batch'
import { Drain } from '../../src/ingest/drain'
import { encodeEntry } from '../../src/ingest/journal-records'
import { SessionCache } from '../../src/ingest/session-cache'
import { partitionName, startOfDay } from '../../src/store/partitions'
import { freshDatabase } from '../support/database'
import { entry, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
const setAside: string[] = []
const drain = new Drain({
  sql: database.write,
  cache: new SessionCache(),
  now: Date.now,
  committed() {},
  setAside: async ({ session }: Entry) => void setAside.push(session.name),
})
afterAll(async () => {
  await drain.close()
  await database.close()
})
beforeEach(() => setAside.splice(0))

const payloads = (name: string, texts: string[]) =>
  texts.map((text, nth) => encodeEntry(entry(name, [message('message.received', `${name}${nth}`, { message: { text } })])))
const countOf = async (name: string) => {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from events join sessions using (session_id) where name = ${name}`
  return row?.count
}

describe('what the journal held', () => {
  test('is stored once, whoever asks how often', async () => {
    const records = payloads('twice', ['a', 'b', 'c'])
    expect(await drain.writeSome(records)).toBe(3)
    expect(await drain.writeSome(records)).toBe(3)
    expect(await countOf('twice')).toBe(3)
  })

  test('and is refused for its content alone is set aside; its neighbours are stored', async () => {
    expect(await drain.writeSome(payloads('poisoned', ['a', 'nul \u0000 in text', 'c']))).toBe(3)
    expect(setAside).toEqual(['poisoned'])
    expect(await countOf('poisoned')).toBe(2)
  })

  test('and came on a day that was dropped meanwhile gets that day back', async () => {
    const at = Date.now() - 40 * DAY_MS
    expect(await drain.writeSome([encodeEntry(entry('late', [message('message.received', 'L1')], at))])).toBe(1)
    const [stored] = await sql<{ table: string }[]>`select tableoid::regclass::text as table from events where message_id = 'L1'`
    expect(stored?.table).toBe(partitionName('events', startOfDay(at)))
  })

  test('and meets another schema waits, however little it is', async () => {
    const records = payloads('schema', ['a', 'b'])
    await sql`alter table events rename column facts to facts_of_tomorrow`
    const failure = await drain.writeSome(records).catch((cause) => cause)
    await sql`alter table events rename column facts_of_tomorrow to facts`
    expect(failure).toMatchObject({ code: '42703' })
    expect(setAside).toEqual([])
    expect(await drain.writeSome(records)).toBe(2)
    expect(await countOf('schema')).toBe(2)
  })
})
