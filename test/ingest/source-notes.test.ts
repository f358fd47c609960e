import { afterAll, expect, test } from 'bun:test'
import { SourceNotes } from '../../src/ingest/source-notes'
import { listMismatches, listSightings } from '../../src/store/source-notes'
import { insertSource } from '../../src/store/sources'
import { freshDatabase } from '../support/database'

const db = await freshDatabase()
const sql = db.read
afterAll(() => db.close())
const made = async (slug: string) => (await insertSource(sql, { slug, label: 'x', provider: 'auto' }, 1_000)).id

test('what was seen is written with how often, and since when', async () => {
  const notes = new SourceNotes(sql)
  const id = await made('seen')
  for (let at = 10; at < 20; at++) notes.recognised(id, at < 17 ? 'waha' : 'unknown', at * 1_000)
  for (let at = 10; at < 13; at++) notes.mismatched(id, 'a', 'b', at * 1_000)
  await notes.close()
  expect(await listSightings(sql, id)).toEqual([
    { provider: 'waha', times: 7, firstAt: 10_000, lastAt: 16_000 },
    { provider: 'unknown', times: 3, firstAt: 17_000, lastAt: 19_000 },
  ])
  expect(await listMismatches(sql, id)).toEqual([{ pathSession: 'a', bodySession: 'b', times: 3, firstAt: 10_000, lastAt: 12_000, bodySessions: 1 }])
})

test('while it cannot be written it is kept, and told to be', async () => {
  const failures: unknown[] = []
  const notes = new SourceNotes(sql, (cause) => void failures.push(cause))
  const id = await made('kept')
  notes.recognised(id, 'waha', 1_000)
  notes.mismatched(id, 'a', 'b', 1_000)
  await sql`alter table source_sightings rename to away`
  await notes.flush()
  expect(failures).toHaveLength(1)
  await sql`alter table away rename to source_sightings`
  await notes.close()
  expect([(await listSightings(sql, id)).length, (await listMismatches(sql, id)).length]).toEqual([1, 1])
})

test('a sender that names ever new sessions fills neither the memory nor the table', async () => {
  const notes = new SourceNotes(sql)
  const id = await made('flood')
  for (let i = 0; i < 5_000; i++) notes.mismatched(id, 'main', `session ${i}`, i)
  await notes.close()
  expect(await listMismatches(sql, id)).toHaveLength(100)
})
