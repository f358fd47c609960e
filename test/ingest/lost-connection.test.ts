import { afterAll, expect, test } from 'bun:test'
import { Writer } from '../../src/ingest/writer'
import { freshDatabase } from '../support/database'
import { entry, event, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
const writer = new Writer(database.write, Date.now)
afterAll(async () => {
  await writer.close()
  await database.close()
})

const cutAll = () =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query !~ 'listen'`

test('connections cut under load lose nothing that was acknowledged and store nothing twice', async () => {
  let told = 0
  let running = true
  const acknowledged: string[] = []
  const worker = async (lane: number) => {
    while (running) {
      const id = `L${lane}-${told++}`
      // One without an identity of its own between those that have one: only its arrival can tell it from its repetition.
      const one = told % 3 === 0 ? entry(`cut ${lane % 5}`, [event('session.connected')]) : entry(`cut ${lane % 5}`, [message('message.received', id)])
      const { id: stored } = await writer.append(one)
      acknowledged.push(stored)
    }
  }
  const workers = Array.from({ length: 24 }, (_, lane) => worker(lane))
  for (let cut = 0; cut < 12; cut++) {
    const before = acknowledged.length
    while (acknowledged.length < before + 100) await Bun.sleep(1)
    await cutAll()
  }
  running = false
  await Promise.all(workers)
  const stored = await sql<{ id: string }[]>`select id::text from events`
  expect(new Set(acknowledged).size).toBe(acknowledged.length)
  expect(stored.map((row) => row.id).sort()).toEqual(acknowledged.sort())
  const [sums] = await sql`select sum(seq)::int as folded from sessions`
  expect(sums?.folded).toBe(acknowledged.length)
}, 60_000)

test('a connection that is lost while nothing is written is replaced by the next batch', async () => {
  await writer.append(entry('idle', [message('message.received', 'I1')]))
  await cutAll()
  await writer.append(entry('idle', [message('message.received', 'I2')]))
  expect(await sql`select seq from sessions where name = 'idle'`).toMatchObject([{ seq: 2 }])
})
