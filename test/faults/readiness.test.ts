import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createReadiness, Refusals } from '../../src/ingest/readiness'
import { Writer } from '../../src/ingest/writer'
import { connect } from '../../src/store/database'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { freshDatabase, freshDatabaseUrl } from '../support/database'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'

let url: string
let server: TestServer
beforeAll(async () => {
  url = await freshDatabaseUrl()
  server = await startTestServer({ DATABASE_URL: url, JOURNAL_MAX_BYTES: '1MiB', RATE_LIMIT_STATUS: '100000' })
}, STARTING_MS)
afterAll(() => server.stop())

const filler = () => server.post(wwebjsDelivery(SECRET, 'shop', 'unknown_event', { text: 'many words '.repeat(9_000) }))
async function ready() {
  const answer = await fetch(`${server.url}/readyz`)
  return { code: answer.status, ...((await answer.json()) as { reasons: string[]; warnings: string[]; journal: number }) }
}

test('a database that answers but takes no writes: ready while the journal takes them, not ready once that is full, ready again by itself', async () => {
  const admin = connect(url, 1)
  const holding = await admin.reserve()
  await holding`begin`
  await holding`lock table events in access exclusive mode`
  expect((await filler()).status).toBe(200)
  expect(await ready()).toMatchObject({ code: 200, reasons: [], warnings: [expect.stringContaining('journal')] })
  for (let status = 200; status !== 503; status = (await filler()).status) expect(status).toBe(200)
  expect(await ready()).toMatchObject({ code: 503, reasons: expect.arrayContaining(['The journal is full, or its disk refuses']) })
  await holding`rollback`
  holding.release()
  await admin.end()
  await until(async () => (await ready()).journal === 0, 'the journal to be empty', 20_000)
  expect(await ready()).toMatchObject({ code: 200, reasons: [] })
  expect((await filler()).status).toBe(200)
}, 60_000)

test('a schema without a migration of this version is not ready; one with those of a later version is', async () => {
  const database = await freshDatabase()
  const writer = new Writer(database.write, Date.now)
  const readiness = () => createReadiness({ database, writer, shelter: () => undefined, refusals: new Refusals(Date.now), now: Date.now })()
  await database.read`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a later version', 9999999999999)`
  expect((await readiness()).reasons).toEqual([])
  await database.read`delete from drizzle.__drizzle_migrations where id = 1`
  expect((await readiness()).reasons).toEqual(['The schema of the database is older than this version: 1 migration is missing'])
  await writer.close()
  await database.close()
})

test('that the schema is up to date is asked once a minute', async () => {
  const database = await freshDatabase()
  const writer = new Writer(database.write, Date.now)
  let now = 1_000_000
  const readiness = createReadiness({ database, writer, shelter: () => undefined, refusals: new Refusals(Date.now), now: () => now })
  expect((await readiness()).reasons).toEqual([])
  await database.read`delete from drizzle.__drizzle_migrations where id = 1`
  expect((await readiness()).reasons).toEqual([])
  now += 60_000
  expect((await readiness()).reasons).toHaveLength(1)
  await writer.close()
  await database.close()
})

test('refusals that nobody has repeated for half a minute make a server ready again: without deliveries it would never learn better', () => {
  let now = 0
  const refusals = new Refusals(() => now)
  const told: string[] = []
  const hooks = refusals.hooks(
    () => told.push('began'),
    () => told.push('ended'),
  )
  expect(refusals.goOn).toBe(false)
  hooks.troubled?.(new Error('refused'), true)
  now += 29_000
  hooks.troubled?.(new Error('refused'), false)
  now += 29_000
  expect(refusals.goOn).toBe(true)
  now += 1_000
  expect(refusals.goOn).toBe(false)
  hooks.troubled?.(new Error('refused'), false)
  hooks.untroubled?.()
  expect(refusals.goOn).toBe(false)
  expect(told).toEqual(['began', 'ended'])
})
