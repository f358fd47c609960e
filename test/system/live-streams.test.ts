import { heapStats } from 'bun:jsc'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { ADMIN, SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { openStream } from '../support/stream'
import { until } from '../support/until'
import { open } from '../web/raw'

const CLIENTS = 1_000
const WAVE = 100
const GROWTH_BYTES = 64 << 20
const INDEXES = 20

let server: TestServer
let cookie: string

beforeAll(async () => {
  server = await startTestServer({ ...ADMIN, RATE_LIMIT_STATUS: '1000000' })
  cookie = await server.logIn()
}, STARTING_MS)
afterAll(() => server.stop())

async function streams(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^linekeeper_sse_streams (\d+)$/m.exec(metrics)?.[1])
}

/** A browser's connection by hand, so that what is counted in this process is the server's half alone. */
async function connected(): Promise<Socket> {
  const lines = ['GET /live?topic=sessions HTTP/1.1', `host: ${new URL(server.url).host}`, 'accept: text/event-stream', `cookie: ${cookie}`]
  const socket = await open(server.url, lines, '')
  await new Promise<void>((done, fail) => {
    let heard = ''
    const listen = (bytes: Buffer) => {
      heard += bytes.toString('latin1')
      if (!heard.includes(': ok')) return
      socket.off('data', listen)
      // What comes after is taken and dropped, as by a browser that is about to go.
      socket.resume()
      done()
    }
    socket.on('data', listen)
    socket.once('close', () => fail(new Error(`hung up after: ${heard}`)))
  })
  return socket
}

/** All clients of a wave connect, hear of a change, and go without a word. */
async function wave(clients: number, meanwhile?: () => void): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: clients }, connected))
  expect(await streams()).toBe(clients)
  expect((await server.post(wwebjsDelivery(SECRET, 'waves', 'ready'))).status).toBe(200)
  meanwhile?.()
  for (const socket of sockets) socket.destroy()
  await until(async () => (await streams()) === 0, 'the streams of a wave to be gone')
}

interface Left {
  rss: number
  held: number
}

function left(): Left {
  Bun.gc(true)
  const counts = heapStats().objectTypeCounts
  return { rss: process.memoryUsage.rss(), held: (counts.ReadableStream ?? 0) + (counts.ReadableStreamDefaultController ?? 0) }
}

describe('live streams', () => {
  test('leave nothing behind when a thousand clients have come and gone', async () => {
    await wave(WAVE)
    const before = left()
    // What is counted below does count a stream that is there.
    await wave(WAVE, () => expect(left().held - before.held).toBeGreaterThanOrEqual(WAVE))
    for (let done = 0; done < CLIENTS; done += WAVE) await wave(WAVE)
    const after = left()
    console.log(`  ${CLIENTS} streams: ${((after.rss - before.rss) / 2 ** 20).toFixed(1)} MiB more, ${after.held - before.held} more held`)
    expect(await streams()).toBe(0)
    expect(after.rss - before.rss).toBeLessThan(GROWTH_BYTES)
    // One that was kept per client would show a thousand times.
    expect(after.held - before.held).toBeLessThan(WAVE)
  }, 60_000)

  test('resume at any of their last twenty messages with exactly what was missed', async () => {
    const witness = await openStream(`${server.url}/live?topic=sessions`, { cookie })
    const told: string[] = []
    for (let nth = 0; told.length <= INDEXES; nth++) {
      await server.post(wwebjsDelivery(SECRET, `resumed-${nth}`, 'ready'))
      told.push(...messagesIn(await witness.waitFor(`resumed-${nth}`)))
    }
    const last = told.at(-1) as string
    for (const [nth, seen] of told.slice(-INDEXES - 1, -1).entries()) {
      const stream = await openStream(`${server.url}/live?topic=sessions`, { cookie, 'last-event-id': idOf(seen) })
      const heard = messagesIn(await stream.waitFor(`${last}\n\n`))
      const missed = told.slice(-INDEXES + nth)
      // The clock may have had something to say meanwhile; it comes after what was missed.
      expect(heard.slice(0, missed.length)).toEqual(missed)
      await stream.close()
    }
    await witness.close()
  }, 30_000)

  test('ask for the whole page anew when what was missed is not known', async () => {
    const witness = await openStream(`${server.url}/live?topic=sessions`, { cookie })
    for (const id of ['other.1', 'other', '1', `${'x'.repeat(300)}.2`]) {
      const stream = await openStream(`${server.url}/live?topic=sessions`, { cookie, 'last-event-id': id })
      expect(await stream.waitFor('event: resync')).toContain('event: resync')
      await stream.close()
    }
    await witness.close()
  })
})

/** The messages in what a stream has said, each as it came; comments and what is not whole yet are left out. */
function messagesIn(text: string): string[] {
  return text.split('\n\n').filter((block) => block.startsWith('id: ') && block.includes('\ndata: '))
}

function idOf(message: string): string {
  return /^id: (.+)$/m.exec(message)?.[1] as string
}
