import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { sessionIdOf } from '../../src/domain/id'
import { percentile } from '../../src/tasks/simulate/outcome'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { ADMIN, SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { openStream } from '../support/stream'
import { until } from '../support/until'

let server: TestServer
let cookie: string

beforeAll(async () => {
  server = await startTestServer(ADMIN)
  cookie = await server.logIn()
}, STARTING_MS)
afterAll(() => server.stop())

const ready = (session: string) => wwebjsDelivery(SECRET, session, 'ready')

describe('from the webhook to the screen', () => {
  test('a delivery changes its row on every open board', async () => {
    const boards = await Promise.all([1, 2, 3].map(() => openStream(`${server.url}/live?topic=sessions`, { cookie })))
    expect((await server.post(ready('shown'))).status).toBe(200)
    const told = await Promise.all(boards.map((board) => board.waitFor('shown')))
    expect(new Set(told.map((text) => text.slice(text.indexOf('id:')))).size).toBe(1)
    expect(told[0]).toContain(`<hx-partial hx-target="#session-${await idOf('shown')}"`)
    await Promise.all(boards.map((board) => board.close()))
  })

  test('the QR code reaches the page of its session, and goes when the phone has scanned it', async () => {
    await server.post(wwebjsDelivery(SECRET, 'pairing', 'loading_screen', { percent: 0, message: 'WhatsApp' }))
    const page = await openStream(`${server.url}/live?topic=session:${await idOf('pairing')}`, { cookie })
    await server.post(wwebjsDelivery(SECRET, 'pairing', 'qr', { qr: '2@abc,def,ghi,jkl,1' }))
    expect(await page.waitFor('<svg')).toContain('session-qr')
    await server.post(ready('pairing'))
    expect(await page.waitFor('onnected')).not.toContain('2@abc')
    await page.close()
  })

  test('a stream that was away is told what it missed, or that it missed something', async () => {
    const first = await openStream(`${server.url}/live?topic=sessions`, { cookie })
    await server.post(ready('before'))
    const [, lastId] = /^id: (.+)$/m.exec(await first.waitFor('before')) ?? []
    await first.close()
    await server.post(ready('meanwhile'))
    await until(() => count('meanwhile'), 'the delivery to be stored')
    const again = await openStream(`${server.url}/live?topic=sessions`, { cookie, 'last-event-id': lastId as string })
    await again.waitFor('meanwhile', 'event: resync')
    await again.close()
  })

  test('from the post of a webhook to the fragment on the wire it takes a quarter of a second at most, 95 times of 100', async () => {
    const sessions = Array.from({ length: 40 }, (_, nth) => `timed-${nth}`)
    await Promise.all(sessions.map((session) => server.post(wwebjsDelivery(SECRET, session, 'qr', { qr: '2@abc,def,ghi,jkl,1' }))))
    const times: number[] = []
    for (const session of sessions) {
      // A page of its own for each: what a page was told a moment ago would hold back the next.
      const page = await openStream(`${server.url}/live?topic=session:${await idOf(session)}`, { cookie })
      await page.waitFor(': ok')
      const start = performance.now()
      const told = page.waitFor('session-head')
      expect((await server.post(ready(session))).status).toBe(200)
      expect(await told).toContain('onnected')
      times.push(performance.now() - start)
      await page.close()
    }
    console.log(`  webhook to fragment: p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${percentile(times, 0.95).toFixed(0)} ms`)
    expect(percentile(times, 0.95)).toBeLessThanOrEqual(250)
  }, 30_000)

  test('nobody listens without a log-in, and is told so without a redirect', async () => {
    const stream = await openStream(`${server.url}/live?topic=sessions`, {})
    expect(stream.status).toBe(401)
    expect(stream.headers.get('location')).toBeNull()
    await stream.close()
  })

  test('what a stream is told cannot be cached or held back by a proxy', async () => {
    const stream = await openStream(`${server.url}/live?topic=sessions`, { cookie })
    expect(stream.headers.get('content-type')).toStartWith('text/event-stream')
    expect(stream.headers.get('cache-control')).toContain('no-store')
    expect(stream.headers.get('x-accel-buffering')).toBe('no')
    await stream.close()
  })
})

async function idOf(session: string): Promise<string> {
  const [source] = await server.database.read<{ id: string }[]>`select id from sources where slug = 'default'`
  return sessionIdOf(source?.id as string, session)
}

async function count(session: string): Promise<number | undefined> {
  const [row] = await server.database.read<{ seq: number }[]>`select seq from sessions where name = ${session}`
  return row?.seq
}
