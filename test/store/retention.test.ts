import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Sql } from 'postgres'
import { applyRetention } from '../../src/jobs/apply-retention'
import { keepPartitions } from '../../src/jobs/keep-partitions'
import type { Database } from '../../src/store/database'
import { listIssues, raiseIssue, resolveIssue } from '../../src/store/issues'
import { migrateDatabase } from '../../src/store/migrate'
import { ensurePartitions, listPartitions } from '../../src/store/partitions'
import { checkDefaultPartitions, dropExpiredBodies, dropExpiredEvents } from '../../src/store/retention'
import { freshDatabase } from '../support/database'

const DAY = 86_400_000
const TODAY = Math.floor(Date.now() / DAY) * DAY
const SESSION = '22222222-2222-4222-8222-222222222222'
const nobody = async () => {}

let db: Database
let sql: Sql
beforeAll(async () => {
  db = await freshDatabase()
  sql = db.read
})
afterAll(() => db.close())

const at = (ms: number) => new Date(ms).toISOString()

async function insertDay(day: number): Promise<string> {
  await ensurePartitions(sql, day)
  const id = Bun.randomUUIDv7('hex', day + 1000)
  await sql`insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, body_size, facts)
    values (${SESSION}, ${at(day + 1000)}, ${id}, 1, ${SESSION}, ${id}, 'other', 'x', ${at(day + 1000)}, 2, '{}')`
  await sql`insert into deliveries (session_id, received_at, id, source_id, path, address, headers, body, scheme)
    values (${SESSION}, ${at(day + 1000)}, ${id}, ${SESSION}, '/', '::1', '{}', '\\x00', 'none')`
  await sql`insert into event_keys (session_id, key, event_id) values (${SESSION}, ${id}, ${id})`
  return id
}

const countOf = async (table: string) => (await sql.unsafe<{ count: number }[]>(`select count(*) from ${table}`))[0]?.count
const names = async (table: string) => (await listPartitions(sql)).filter((partition) => partition.table === table).map((partition) => partition.name)

describe('retention', () => {
  test('drops the bodies of days that are wholly over, and keeps their events', async () => {
    const old = await insertDay(TODAY - 20 * DAY)
    const kept = await insertDay(TODAY)
    const dropped = await dropExpiredBodies(sql, TODAY - 14 * DAY + 5)
    expect(dropped).toContain(
      `deliveries_${at(TODAY - 20 * DAY)
        .slice(0, 10)
        .replaceAll('-', '')}`,
    )
    expect((await sql`select id from deliveries`).map((row) => row.id)).toEqual([kept])
    expect((await sql`select id from events order by received_at`).map((row) => row.id)).toEqual([old, kept])
  })

  test('keeps a day of which the last hour is not over yet', async () => {
    await insertDay(TODAY - 10 * DAY)
    const name = `deliveries_${at(TODAY - 10 * DAY)
      .slice(0, 10)
      .replaceAll('-', '')}`
    expect(await dropExpiredBodies(sql, TODAY - 9 * DAY - 1)).not.toContain(name)
    expect(await dropExpiredBodies(sql, TODAY - 9 * DAY)).toEqual([name])
  })

  test('folds a day of events away before it drops it, and forgets their keys', async () => {
    const gone = await insertDay(TODAY - 120 * DAY)
    const folded: [number, number | undefined][] = []
    await dropExpiredEvents(sql, TODAY - 90 * DAY, async (day, partition) => void folded.push([day, await countOf(partition)]))
    expect(folded.map(([day]) => day)).toEqual([...folded.map(([day]) => day)].sort((a, b) => a - b))
    expect(folded).toContainEqual([TODAY - 120 * DAY, 1])
    expect(await names('events')).not.toContain(
      `events_${at(TODAY - 120 * DAY)
        .slice(0, 10)
        .replaceAll('-', '')}`,
    )
    expect(await sql`select 1 from event_keys where event_id = ${gone}`).toHaveLength(0)
    expect(await countOf('event_keys')).toBeGreaterThan(0)
  })

  test('does not drop a day that could not be folded away', async () => {
    await insertDay(TODAY - 130 * DAY)
    const failing = dropExpiredEvents(sql, TODAY - 90 * DAY, () => Promise.reject(new Error('no fold')))
    expect(failing).rejects.toThrow('no fold')
    await failing.catch(nobody)
    expect(await sql`select 1 from events where received_at < ${at(TODAY - 129 * DAY)}`).toHaveLength(1)
  })

  test('prunes what was derived from dropped events, but never the last transition of a session', async () => {
    const old = at(TODAY - 100 * DAY)
    const older = at(TODAY - 101 * DAY)
    for (const when of [older, old]) {
      await sql`insert into transitions (session_id, at, event_id, event_type, from_status, to_status, state) values (${SESSION}, ${when}, ${SESSION}, 'other', 'new', 'qr', '{}')`
    }
    await sql`insert into messages (session_id, id, sent_at) values (${SESSION}, 'old', ${old}), (${SESSION}, 'new', ${at(TODAY)})`
    await sql`insert into rollups (session_id, minute, type, count) values (${SESSION}, ${old}, 'other', 1)`
    await sql`insert into rejections (id, minute, last_at, times, address, code, message) values (${SESSION}, ${old}, ${old}, 1, '::1', 'missing', 'x')`
    await applyRetention({ sql, retentionBodiesMs: 14 * DAY, retentionEventsMs: 90 * DAY, now: () => TODAY, foldAway: nobody })
    expect((await sql`select id from messages`).map((row) => row.id)).toEqual(['new'])
    expect(await sql`select at from transitions`).toEqual([{ at: new Date(old) }] as never)
    expect([await countOf('rollups'), await countOf('rejections')]).toEqual([0, 0])
  })

  test('gives up soon instead of holding up the senders, when a long reading stands in its way', async () => {
    await insertDay(TODAY - 40 * DAY)
    const reader = await db.write.reserve()
    await reader`begin`
    await reader`select count(*) from deliveries`
    const refused = await dropExpiredBodies(sql, TODAY - 14 * DAY).catch((error: Error) => error.message)
    expect(refused).toContain('lock timeout')
    await reader`rollback`
    reader.release()
    expect(await dropExpiredBodies(sql, TODAY - 14 * DAY)).not.toEqual([])
  }, 15_000)
})

describe('partitions', () => {
  test('are made for a week ahead, as often as the job runs', async () => {
    const fresh = await freshDatabase()
    const later = TODAY + 30 * DAY
    await keepPartitions({ sql: fresh.read, now: () => later })
    await keepPartitions({ sql: fresh.read, now: () => later })
    const days = (await listPartitions(fresh.read)).filter((partition) => partition.table === 'events').map((partition) => partition.day)
    expect(days).toContain(later + 7 * DAY)
    await fresh.close()
  })

  test('that were missing raise an issue until their rows are gone from the default one', async () => {
    const fresh = await freshDatabase()
    const deps = { sql: fresh.read, now: () => TODAY }
    await fresh.read`insert into deliveries (session_id, received_at, id, source_id, path, address, headers, body, scheme)
      values (${SESSION}, ${at(TODAY - 500 * DAY)}, ${SESSION}, ${SESSION}, '/', '::1', '{}', '\\x00', 'none')`
    expect(await checkDefaultPartitions(fresh.read)).toEqual({ events: 0, deliveries: 1 })
    await keepPartitions(deps)
    await keepPartitions(deps)
    expect(await listIssues(fresh.read)).toMatchObject([{ kind: 'default_partition', subject: 'deliveries_default', times: 2, resolvedAt: null }])
    await fresh.read`delete from deliveries`
    await keepPartitions(deps)
    expect(await listIssues(fresh.read)).toMatchObject([{ times: 2, resolvedAt: TODAY }])
    await fresh.close()
  })
})

describe('a day whose rows are in the default partition', () => {
  test('keeps neither the other days from their partitions nor the server from starting', async () => {
    const fresh = await freshDatabase()
    const later = TODAY + 12 * DAY
    await fresh.read`insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, body_size, facts)
      values (${SESSION}, ${at(later)}, ${SESSION}, 1, ${SESSION}, ${SESSION}, 'other', 'x', ${at(later)}, 2, '{}')`
    await migrateDatabase(fresh.url, later)
    const days = (await listPartitions(fresh.read)).filter(({ table, day }) => table === 'events' && day !== null && day >= later).map(({ day }) => day)
    expect(days).toEqual([1, 2, 3, 4, 5, 6, 7].map((day) => later + day * DAY))
    await keepPartitions({ sql: fresh.read, now: () => later })
    expect(await listIssues(fresh.read)).toMatchObject([{ kind: 'default_partition', subject: 'events_default' }])
    await fresh.close()
  })
})

describe('an issue', () => {
  test('is open once however often it is found, and opens anew after it was resolved', async () => {
    const fresh = await freshDatabase()
    const issue = { kind: 'disk', subject: 'data', detail: 'nearly full' }
    await raiseIssue(fresh.read, issue, TODAY)
    await raiseIssue(fresh.read, { ...issue, detail: 'full' }, TODAY + 1)
    expect(await listIssues(fresh.read)).toMatchObject([{ detail: 'full', firstAt: TODAY, lastAt: TODAY + 1, times: 2 }])
    expect(await resolveIssue(fresh.read, 'disk', 'data', TODAY + 2)).toBe(true)
    expect(await resolveIssue(fresh.read, 'disk', 'data', TODAY + 3)).toBe(false)
    await raiseIssue(fresh.read, issue, TODAY + 4)
    expect((await listIssues(fresh.read)).map((one) => one.resolvedAt)).toEqual([null, TODAY + 2])
    await fresh.close()
  })
})
