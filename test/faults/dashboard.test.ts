import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { ADMIN, SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { openStream } from '../support/stream'
import { until } from '../support/until'
import { startLoad } from './load'
import { TestPostgres } from './postgres'

let postgres: TestPostgres
let server: TestServer
let cookie: string

beforeAll(async () => {
  postgres = await TestPostgres.start()
  server = await startTestServer({ DATABASE_URL: postgres.url, RATE_LIMIT_STATUS: '100000', ...ADMIN })
  cookie = await server.logIn()
}, STARTING_MS)
afterAll(async () => {
  await server.stop()
  await postgres.dispose()
}, STARTING_MS)

const page = async (path: string) => {
  const answer = await fetch(`${server.url}${path}`, { headers: { cookie }, redirect: 'manual' })
  return { status: answer.status, text: await answer.text() }
}

const told = (text: string) => /(in|from) the journal/.test(text)

describe('the dashboard', () => {
  test('answers under full load: pages have connections of their own', async () => {
    const load = startLoad(server.post, 64, 0)
    await load.more(500)
    const took: number[] = []
    for (let nth = 0; nth < 20; nth++) {
      const startedAt = performance.now()
      expect((await page('/')).status).toBe(200)
      took.push(performance.now() - startedAt)
    }
    await load.stop()
    expect(took.toSorted((a, b) => a - b)[10]).toBeLessThan(2_000)
    expect([...load.statuses.keys()]).toEqual([200])
  }, 60_000)

  test('tells on every page, open ones too, what the journal holds; and nothing once it is empty', async () => {
    // Writes stand still, pages are still read.
    await server.database.read`select 1`
    const stream = await openStream(`${server.url}/live?topic=sessions`, { cookie })
    const blocker = await server.database.bus.reserve()
    await blocker`begin`
    await blocker`lock table events in exclusive mode`
    const answers = await Promise.all([1, 2, 3].map(() => server.post(wwebjsDelivery(SECRET, 'banner', 'ready'))))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
    for (const path of ['/', '/events', '/settings/api-keys']) expect(told((await page(path)).text)).toBe(true)
    await stream.waitFor('in the journal', 'from the journal')
    await blocker`rollback`
    blocker.release()
    await until(async () => !told((await page('/')).text), 'the notice to go', 20_000)
    expect((await page('/')).text.includes('banner')).toBe(true)
    await stream.close()
  }, 60_000)

  test('says that the database is away, and that deliveries are taken', async () => {
    await postgres.stop()
    const { status, text } = await page('/')
    expect(status).toBe(503)
    expect(text.includes('Deliveries are taken all the same')).toBe(true)
    expect((await server.post(wwebjsDelivery(SECRET, 'away', 'ready'))).status).toBe(200)
    await postgres.start()
    await until(async () => (await page('/')).status === 200, 'the page', 10_000)
  }, 60_000)
})
