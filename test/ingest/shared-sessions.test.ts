import { afterAll, expect, test } from 'bun:test'
import { rebuild } from '../../src/ingest/rebuild'
import { Writer } from '../../src/ingest/writer'
import { freshDatabase } from '../support/database'
import { entry, event, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

const SESSIONS = 30
const EACH = 2_500
const AT_ONCE = 40

/** A process, and how many of its entries were in a batch that Postgres had worked on for nothing. */
function newProcess() {
  const writer = new Writer(database.write, Date.now)
  const forget = writer.cache.forget.bind(writer.cache)
  const wasted = { entries: 0 }
  writer.cache.forget = (sessionId) => {
    wasted.entries++
    forget(sessionId)
  }
  return { writer, wasted }
}

/** As many senders as may be under way, each with one delivery after the other, to all sessions in turn. */
async function post(writer: Writer, name: string): Promise<void> {
  let next = 0
  const sender = async () => {
    while (next < EACH) {
      const nth = next++
      const told = nth % 50 === 0 ? event('session.connected') : message('message.received', `${name}${nth}`)
      await writer.append(entry(`shared${nth % SESSIONS}`, [told]))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
}

test('two processes that write the same sessions wait for each other, and throw hardly any work away', async () => {
  const processes = [newProcess(), newProcess()]
  await Promise.all(processes.map(({ writer }, nth) => post(writer, `p${nth}-`)))
  const [stored] = await sql`select count(*)::int as events, (select sum(seq)::int from sessions) as seqs from events`
  expect(stored).toEqual({ events: 2 * EACH, seqs: 2 * EACH })
  expect((await rebuild(sql, { repair: false })).differences).toEqual([])
  const wasted = processes.map((one) => one.wasted.entries / EACH)
  console.log(`  entries whose batch was thrown away: ${wasted.map((share) => `${(share * 100).toFixed(0)} %`).join(', ')}`)
  for (const share of wasted) expect(share).toBeLessThan(0.15)

  // What the one that is left still believes of the other costs it one batch at most.
  const [one] = processes as [ReturnType<typeof newProcess>]
  one.wasted.entries = 0
  await post(one.writer, 'alone-')
  expect(one.wasted.entries).toBeLessThanOrEqual(AT_ONCE)
  await Promise.all(processes.map(({ writer }) => writer.close()))
}, 60_000)
