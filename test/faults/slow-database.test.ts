import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { freshDatabaseUrl } from '../support/database'
import { PostgresGate } from '../support/postgres-gate'
import { STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'
import { startLoad } from './load'
import { expectStoredIn } from './stored'

/** A sender waits so long at the very most. */
const MOST_MS = 5_500

let url: string
let gate: PostgresGate
let server: TestServer
beforeAll(async () => {
  url = await freshDatabaseUrl()
  gate = await PostgresGate.before(url)
  server = await startTestServer({ DATABASE_URL: gate.through(url), RATE_LIMIT_STATUS: '100000' })
}, STARTING_MS)
afterAll(async () => {
  gate.latencyMs = 0
  await server.stop()
  await gate.shut()
}, STARTING_MS)

const ready = async () => (await (await fetch(`${server.url}/readyz`)).json()) as { status: string; warnings: string[]; journal: number }

describe('a database that takes its time', () => {
  test('of 300 ms for each answer makes senders wait a little: all are answered 200 and nothing needs the journal', async () => {
    const load = startLoad(server.post, 32)
    await load.more(50)
    await ready()
    gate.latencyMs = 300
    await load.more(300)
    // A connection that the question itself has to open takes several answers: it may be asked again, the journal may not be needed.
    await until(async () => (await ready()).warnings.length === 0, 'nothing to be warned of', 20_000)
    expect(await ready()).toMatchObject({ status: 'ready', journal: 0 })
    gate.latencyMs = 0
    await load.more(50)
    await load.stop()
    expect([...load.statuses.keys()]).toEqual([200])
    expect(load.slowestMs).toBeGreaterThan(300)
    expect(load.slowestMs).toBeLessThan(MOST_MS)
    await expectStoredIn(url, load.acknowledged)
  }, 60_000)

  test('of more than senders wait for is bridged by the journal, and gets everything once it is quick again', async () => {
    const load = startLoad(server.post, 16)
    await load.more(50)
    gate.latencyMs = 20_000
    await until(async () => (await ready()).journal > 20, 'the journal to take over', 15_000)
    await load.more(100)
    gate.latencyMs = 0
    await until(async () => (await ready()).journal === 0, 'the journal to be empty', 40_000)
    await load.more(50)
    await load.stop()
    expect([...load.statuses.keys()]).toEqual([200])
    expect(load.slowestMs).toBeLessThan(MOST_MS)
    await until(async () => (await ready()).journal === 0, 'the journal to be empty', 40_000)
    await expectStoredIn(url, load.acknowledged)
  }, 90_000)
})
