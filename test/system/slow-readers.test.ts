/** Clients that ask and then do not read. On real sockets: what the kernel and Bun hold back is part of the answer. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { HEARTBEAT_MS, Hub } from '../../src/live/hub'
import { IDLE_TIMEOUT_S, type Listening, listen } from '../../src/web/listen'
import { streamResponse } from '../../src/web/live/stream'
import { entry, message } from '../support/entries'
import { STARTING_MS } from '../support/server'
import { openStream } from '../support/stream'
import { until } from '../support/until'
import { open } from '../web/raw'
import { API_KEY, openSite, type TestSite, withKey } from '../web/support'

/** The shortest that tells silence from life: Bun looks every four seconds, and what is due at its next look is cut in any case. */
const IDLE_S = 5
const CUT_WITHIN_MS = 20_000
const LONG_MS = 60_000
const EVENTS = 36_000
const TEXT_BYTES = 2_000

let site: TestSite
let listening: Listening
let asked = 0

beforeAll(async () => {
  site = await openSite()
  await seed()
  site.app.onRequest(() => void asked++)
  listening = listen(site.app, { port: 0, host: '127.0.0.1', maxBodyBytes: 1024, reusePort: false }, IDLE_S)
}, STARTING_MS)
afterAll(async () => {
  await listening.stop()
  await site.close()
})

const underWay = () => site.app.server?.pendingRequests
const streams = async () => Number(/^linekeeper_sse_streams (\d+)$/m.exec(await site.metrics.text())?.[1])

/** Sends a request, reads the beginning of its answer and nothing more. */
async function askAndStall(path: string, accept: string): Promise<Socket> {
  const socket = await open(listening.url, [`GET ${path} HTTP/1.1`, 'host: x', `accept: ${accept}`, `authorization: Bearer ${API_KEY}`], '')
  await new Promise((begun) => socket.once('data', begun))
  socket.pause()
  // To be hung up on in the middle of an answer is what it asks for.
  socket.on('error', () => {})
  return socket
}

/** What still comes to a client that reads on after all, until it has been hung up on. */
function drained(socket: Socket): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  if (socket.destroyed) resolve(socket.bytesRead)
  socket.once('close', () => resolve(socket.bytesRead))
  socket.on('data', () => {})
  socket.resume()
  return promise
}

describe('a live stream that its client stopped reading', () => {
  test(
    'is let go after a bounded number of bytes, and its connection is closed; who reads does not notice',
    async () => {
      const stuck = await askAndStall('/api/v1/stream?topic=events', 'text/event-stream')
      const witness = await openStream(`${listening.url}/api/v1/stream?topic=events`, withKey().headers)
      expect(await streams()).toBe(2)
      let sentBytes = 0
      for (let change = 0; (await streams()) === 2; change++) {
        const written = await site.write(
          entry(
            'flood',
            [0, 1].map((nth) => message('message.received', `F${change}-${nth}`, { message: { text: 'x'.repeat(90_000) } })),
          ),
        )
        // The archive may have come within the last three seconds: then there are more at once than a stream is told.
        sentBytes += (await witness.waitFor(written.id, 'event: resync')).length
      }
      console.log(`  let go after ${(sentBytes / 2 ** 20).toFixed(1)} MiB, most of it in the kernel`)
      expect(await streams()).toBe(1)
      await witness.close()
      await until(() => underWay() === 0, 'the connection to be closed', CUT_WITHIN_MS)
      expect(await drained(stuck)).toBeLessThan(sentBytes)
      expect(site.failures).toEqual([])
    },
    LONG_MS,
  )
})

describe('an export that its client stopped reading', () => {
  test(
    'is made no further, holds no connection to the database, and ends',
    async () => {
      // What is held counts, not what the other tests of this process have taught its collector to leave lying about.
      const held = () => {
        Bun.gc(true)
        return process.memoryUsage.rss()
      }
      const rss = held()
      const accepts = Array.from({ length: 2 * site.database.pools.read }, (_, nth) => (nth % 2 === 0 ? 'application/x-ndjson' : 'text/csv'))
      const clients = await Promise.all(accepts.map((accept) => askAndStall('/api/v1/events', accept)))
      expect(underWay()).toBe(clients.length)
      expect((await fetch(`${listening.url}/api/v1/events?limit=1`, withKey())).status).toBe(200)
      let grownBytes = 0
      let lookedAt = 0
      const ended = () => {
        if (performance.now() - lookedAt > 250) {
          grownBytes = Math.max(grownBytes, held() - rss)
          lookedAt = performance.now()
        }
        return underWay() === 0
      }
      await until(ended, 'the exports to be given up', CUT_WITHIN_MS)
      const whole = EVENTS * TEXT_BYTES
      console.log(`  ${clients.length} exports of ${whole / 1e6} MB not read: ${(grownBytes / 1e6).toFixed(0)} MB more of memory`)
      expect(grownBytes).toBeLessThan((clients.length * whole) / 2)
      for (const client of clients) expect(await drained(client)).toBeLessThan(whole / 2)
      expect(site.failures).toEqual([])
    },
    LONG_MS,
  )
})

describe('a page that its client does not take', () => {
  test('is not made again and again for requests that are sent ahead, and its connection is closed', async () => {
    const ahead = 2_000
    const before = asked
    const lines = [`GET /api/v1/events?limit=500 HTTP/1.1`, 'host: x', `authorization: Bearer ${API_KEY}`, '']
    const socket = await open(
      listening.url,
      Array.from({ length: ahead }, () => lines)
        .flat()
        .slice(0, -1),
      '',
    )
    socket.pause()
    socket.on('error', () => {})
    await until(() => asked > before, 'the first of them to come')
    await until(() => underWay() === 0, 'the connection to be closed', CUT_WITHIN_MS)
    expect(asked - before).toBeLessThan(ahead / 10)
    console.log(`  ${asked - before} of ${ahead} requests sent ahead were answered`)
    await drained(socket)
  })
})

test('a quiet live stream is kept from the idle time-out by its heartbeats', async () => {
  const hub = new Hub()
  const server = Bun.serve({ port: 0, idleTimeout: IDLE_S, fetch: (request) => streamResponse(request, (lastId) => hub.open('quiet', lastId)) })
  const stream = await openStream(server.url.href, {})
  const beats = setInterval(() => hub.beat(), 250)
  // Ten seconds of them: longer than the time-out and the four seconds between two looks at it.
  for (let beat = 0; beat < 40; beat++) await stream.waitFor(': hb')
  clearInterval(beats)
  await stream.close()
  hub.close()
  await server.stop(true)
  expect(3 * HEARTBEAT_MS).toBeLessThan(IDLE_TIMEOUT_S * 1_000)
})

/** Copies of one event, with which an answer is larger than what kernel and Bun take ahead. */
async function seed(): Promise<void> {
  const { id } = await site.write(entry('archive', [message('message.received', 'A')]))
  await site.database.write`
    insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, text, body_size, facts)
    select session_id, received_at - nth * interval '1 microsecond', gen_random_uuid(), seq + nth, source_id, delivery_id, type, provider_type, at,
      repeat('x', ${TEXT_BYTES}::int), body_size, facts
    from events, generate_series(1, ${EVENTS}::int) as nth where id = ${id}`
}
