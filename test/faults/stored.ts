import { expect } from 'bun:test'
import { rebuild } from '../../src/ingest/rebuild'
import { type Database, openDatabase } from '../../src/store/database'
import type { Acknowledged } from './load'

/** Acknowledged ⊆ stored, each once, in the order of its session; and the sessions are the fold of what is stored. */
export async function expectAllStored(sql: Database['read'], acknowledged: readonly Acknowledged[]): Promise<void> {
  const rows = await sql<{ id: string; session: string; place: number }[]>`
    select e.id::text, s.name as session, row_number() over (partition by e.session_id order by e.at, e.key, e.id) as place
    from events e join sessions s using (session_id)`
  const places = new Map(rows.map((row) => [row.id, row]))
  expect(rows.length).toBe(places.size)
  const lost = acknowledged.filter(({ id, session }) => places.get(id)?.session !== session)
  expect(lost).toEqual([])
  const bySession = Map.groupBy(acknowledged, ({ session }) => session)
  for (const [session, told] of bySession) {
    const found = told.toSorted((a, b) => a.nth - b.nth).map(({ id }) => Number(places.get(id)?.place))
    expect({ session, found }).toEqual({ session, found: found.toSorted((a, b) => a - b) })
  }
  const [sums] = await sql<
    { folded: number; stored: number }[]
  >`select (select sum(seq)::int from sessions) as folded, (select count(*)::int from events) as stored`
  expect(sums?.folded).toBe(sums?.stored as number)
  expect((await rebuild(sql, { repair: false })).differences).toEqual([])
}

/** The same, in a database that nobody here has open. */
export async function expectStoredIn(url: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const database = await openDatabase(url, { write: 1, read: 2 })
  await expectAllStored(database.read, acknowledged)
  await database.close()
}
