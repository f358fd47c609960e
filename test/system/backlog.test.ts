import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { WRITER_LIMITS } from '../../src/ingest/writer'
import { connect } from '../../src/store/database'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'

const BODY_BYTES = 12 << 20

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
}, STARTING_MS)
afterAll(() => server.stop())

describe('a database that stands still', () => {
  test('fills the backlog up to its bound, then senders are asked to come back; nothing taken is lost', async () => {
    const blocker = connect(server.database.url, 1)
    const holding = await blocker.reserve()
    await holding`begin`
    await holding`lock table events in access exclusive mode`
    const fits = Math.floor(WRITER_LIMITS.backlogBytes / BODY_BYTES)
    const waiting: Promise<Response>[] = []
    for (let nth = 0; nth < fits; nth++) {
      waiting.push(server.post(large(nth)))
      await until(async () => (await backlog()) > nth, 'the delivery to wait')
    }

    const refused = await server.post(large(fits))
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)

    await holding`rollback`
    holding.release()
    await blocker.end()
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200)
    const [stored] = await server.database.read<{ count: number }[]>`select count(*) as count from deliveries`
    expect(stored?.count).toBe(fits)
    expect((await server.post(large(fits))).status).toBe(200)
  }, 60_000)
})

/** Plain words: what looks like an attachment would be replaced by its size and hash on arrival. */
function large(nth: number) {
  return wwebjsDelivery(SECRET, `large-${nth}`, 'unknown_event', { text: 'many words '.repeat(BODY_BYTES / 11) })
}

async function backlog(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^linekeeper_ledger_backlog (\d+)/m.exec(metrics)?.[1] ?? 0)
}
