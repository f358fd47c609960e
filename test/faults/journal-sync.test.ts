import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { type HeldSyncs, hasSettled, holdSyncs } from '../journal/held-sync'
import { freshDatabaseUrl } from '../support/database'
import { PostgresGate } from '../support/postgres-gate'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'

let gate: PostgresGate
let server: TestServer
let syncs: HeldSyncs
beforeAll(async () => {
  const url = await freshDatabaseUrl()
  gate = await PostgresGate.before(url)
  server = await startTestServer({ DATABASE_URL: gate.through(url) })
  syncs = await holdSyncs()
}, STARTING_MS)
afterAll(async () => {
  syncs.end()
  await gate.open()
  await server.stop()
  await gate.shut()
}, STARTING_MS)

describe('while the database is away', () => {
  test('a delivery is answered 200 when the journal is synced, not before', async () => {
    await gate.shut()
    const answer = server.post(wwebjsDelivery(SECRET, 'synced', 'ready'))
    await until(() => syncs.waiting === 1, 'the sync of the journal')
    expect(await hasSettled(answer)).toBe(false)
    syncs.next()
    expect((await answer).status).toBe(200)
  })

  test('a delivery whose sync fails is answered 503, and is not stored when the database is back', async () => {
    const answer = server.post(wwebjsDelivery(SECRET, 'failed', 'ready'))
    await until(() => syncs.waiting === 1, 'the sync of the journal')
    syncs.next(Object.assign(new Error('I/O error'), { code: 'EIO' }))
    expect((await answer).status).toBe(503)
    expect(Number((await answer).headers.get('retry-after'))).toBeGreaterThan(0)
    syncs.end()
    await gate.open()
    await until(async () => ((await (await fetch(`${server.url}/readyz`)).json()) as { journal: number }).journal === 0, 'the journal to be empty', 20_000)
    const rows = await until(async () => server.database.read<{ name: string }[]>`select name from sessions`.catch(() => undefined), 'the database')
    expect(rows.map(({ name }) => name)).toEqual(['synced'])
  }, 30_000)
})
