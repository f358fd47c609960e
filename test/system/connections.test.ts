/** Connections that are slow, idle, or too many, on the real server. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { freePort } from '../../src/store/free-port'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { IDLE_TIMEOUT_S, type Listening, listen } from '../../src/web/listen'
import { newDataDir, ServerProcess } from '../faults/server-process'
import { freshDatabaseUrl } from '../support/database'
import { SECRET, STARTING_MS } from '../support/server'
import { until } from '../support/until'
import { open } from '../web/raw'
import { openSite, type TestSite } from '../web/support'

const MEBIBYTE = 1 << 20
/** Bun's own, measured: 12 s, and its clock looks every four. */
const HEAD_WITHIN_MS = 20_000

let site: TestSite
let listening: Listening
beforeAll(async () => {
  site = await openSite()
  listening = listen(site.app, { port: 0, host: '127.0.0.1', maxBodyBytes: 1024, reusePort: false }, IDLE_TIMEOUT_S)
}, STARTING_MS)
afterAll(async () => {
  await listening.stop()
  await site.close()
})

describe('a connection', () => {
  test.concurrent(
    'on which a request never ends its head is hung up on, however diligently it sends more of it',
    async () => {
      const since = performance.now()
      const socket = await open(listening.url, ['GET /healthz HTTP/1.1', 'host: x'], null)
      socket.on('error', () => {})
      const drip = setInterval(() => socket.destroyed || socket.write('x-more: y\r\n'), 1_000)
      await until(() => socket.readableEnded || socket.destroyed, 'the server to hang up', HEAD_WITHIN_MS)
      clearInterval(drip)
      expect(performance.now() - since).toBeGreaterThan(5_000)
      socket.destroy()
    },
    HEAD_WITHIN_MS + 10_000,
  )

  test.concurrent('that was idle for longer than the five seconds of senders takes the next request', async () => {
    const request = ['GET /healthz HTTP/1.1', 'host: x', '', ''].join('\r\n')
    const socket = await open(listening.url, ['GET /healthz HTTP/1.1', 'host: x'], '')
    let answers = 0
    socket.on('data', (bytes) => (answers += bytes.toString().split('HTTP/1.1 200').length - 1))
    await until(() => answers === 1, 'the first answer')
    const idleSince = performance.now()
    await until(() => performance.now() - idleSince > 6_000, 'six seconds')
    expect(socket.destroyed).toBe(false)
    socket.write(request)
    await until(() => answers === 2, 'the second answer')
    socket.destroy()
  }, 20_000)
})

describe('a flood of large bodies', () => {
  test('is taken or asked to come back, and does not fill the memory', async () => {
    const data = newDataDir()
    const server = await ServerProcess.start(await freePort(), { DATABASE_URL: await freshDatabaseUrl(), DATA_DIR: data.path })
    const { headers, body } = wwebjsDelivery(SECRET, 'flood', 'unknown_event', { text: 'many words '.repeat((13 * MEBIBYTE) / 11) })
    const before = await server.peakMemory()
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, nth) => {
        const answer = await fetch(`${server.url}/api/whatsapp/webhook/flood-${nth}`, { method: 'POST', headers, body })
        if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        await answer.arrayBuffer()
        return answer.status
      }),
    )
    const grown = (await server.peakMemory()) - before
    const taken = statuses.filter((status) => status === 200).length
    console.log(`  ${taken} of 60 bodies of 13 MiB taken at once, ${Math.round(grown / MEBIBYTE)} MiB more of memory`)
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(60)
    expect(grown).toBeLessThan(1_200 * MEBIBYTE)
    const after = wwebjsDelivery(SECRET, 'after', 'ready')
    expect((await fetch(`${server.url}/api/whatsapp/webhook/after`, { method: 'POST', headers: after.headers, body: after.body })).status).toBe(200)
    expect(await server.end('SIGTERM')).toBe(0)
    data.remove()
  }, 60_000)
})
