import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { killFamily } from '../../src/tasks/prove/processes'
import { STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'
import { startLoad } from './load'
import { TestPostgres } from './postgres'
import { expectAllStored } from './stored'

/** Longer on demand: OUTAGE_SECONDS=300 keeps Postgres away for five minutes. */
const OUTAGE_MS = Number(process.env.OUTAGE_SECONDS ?? 0) * 1000
const WITHIN_MS = 60_000 + 4 * OUTAGE_MS

let postgres: TestPostgres
let server: TestServer

beforeAll(async () => {
  postgres = await TestPostgres.start()
  // Senders that post as fast as they are answered fill the 1 GiB of the default in less than five minutes.
  server = await startTestServer({ DATABASE_URL: postgres.url, RATE_LIMIT_STATUS: '100000', JOURNAL_MAX_BYTES: '8GiB' })
}, STARTING_MS)
afterAll(async () => {
  await server.stop()
  await postgres.dispose()
}, STARTING_MS)

const ready = async () => (await (await fetch(`${server.url}/readyz`)).json()) as { status: string; journal: number; warnings: string[] }
const drained = () => until(async () => (await ready()).journal === 0, 'the journal to be empty', 30_000 + OUTAGE_MS)

describe('Postgres that is stopped under load', () => {
  test(
    'is not noticed by the senders: only 2xx, and afterwards everything is stored, once and in order',
    async () => {
      const load = startLoad(server.post, 16)
      await load.more(200)
      await postgres.stop()
      await load.more(400)
      for (const endsAt = performance.now() + OUTAGE_MS; performance.now() < endsAt && load.statuses.size === 1; ) await Bun.sleep(10)
      expect(await ready()).toMatchObject({ status: 'ready', reasons: [] })
      expect((await ready()).warnings[0]).toContain('journal')
      const kept = (await ready()).journal
      expect(kept).toBeGreaterThan(300)
      await postgres.start()
      await load.more(200)
      await drained()
      await load.more(50)
      await load.stop()
      expect([...load.statuses.keys()]).toEqual([200])
      expect(load.slowestMs).toBeLessThan(4_000)
      await drained()
      await expectAllStored(server.database.read, load.acknowledged)
      if (OUTAGE_MS > 0) console.log(`${load.acknowledged.length} acknowledged, slowest answer ${Math.round(load.slowestMs)} ms, ${kept} were kept`)
    },
    WITHIN_MS,
  )

  test('and killed, again and again, also while the journal is being emptied', async () => {
    const load = startLoad(server.post, 16)
    for (let kill = 0; kill < 3; kill++) {
      await load.more(100)
      await postgres.kill()
      await load.more(300)
      await postgres.start()
    }
    await load.more(100)
    await load.stop()
    expect([...load.statuses.keys()]).toEqual([200])
    await drained()
    await expectAllStored(server.database.read, load.acknowledged)
  }, 90_000)

  test('and comes back while many post as fast as they are answered: the journal is emptied all the same', async () => {
    const load = startLoad(server.post, 64, 0)
    await load.more(200)
    await postgres.stop()
    await load.more(2_000)
    await postgres.start()
    await drained()
    await load.stop()
    expect([...load.statuses.keys()]).toEqual([200])
    await drained()
    await expectAllStored(server.database.read, load.acknowledged)
  }, 90_000)
})

test('the embedded Postgres, killed under its server, is started again and gets what the journal kept', async () => {
  const own = await startTestServer({ DATABASE_URL: '', RATE_LIMIT_STATUS: '100000' })
  const [row] = await own.database.read<{ folder: string }[]>`select current_setting('data_directory') as folder`
  const load = startLoad(own.post, 8)
  await load.more(50)
  killFamily(Number((await Bun.file(`${row?.folder}/postmaster.pid`).text()).split('\n', 1)[0]))
  await load.more(100)
  await until(async () => ((await (await fetch(`${own.url}/readyz`)).json()) as { journal: number }).journal === 0, 'the journal to be empty', 30_000)
  await load.more(20)
  await load.stop()
  expect([...load.statuses.keys()]).toEqual([200])
  await until(async () => ((await (await fetch(`${own.url}/readyz`)).json()) as { journal: number }).journal === 0, 'the journal to be empty', 30_000)
  await expectAllStored(own.database.read, load.acknowledged)
  await own.stop()
}, 90_000)
