import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { wahaDelivery, wahaMessage } from '../../src/tasks/simulate/waha'
import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'

/** wwebjs-api was seen with 2,245 requests in flight, each on a connection of its own, and none is ever sent again. */
const WANTED = 2_000
/** Both ends of each connection are ours. */
const FILES_EACH = 2.2

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
}, STARTING_MS)
afterAll(() => server.stop())

describe('a burst', () => {
  test(`of ${WANTED} posts on as many connections is taken whole, and stored once each`, async () => {
    const posts = Math.min(WANTED, Math.floor(openFilesLimit() / FILES_EACH))
    const statuses = await burst(Array.from({ length: posts }, (_, nth) => requestOf(message(nth))))
    expect(tally(statuses)).toEqual({ 200: posts })
    const [stored] = await server.database.read<{ events: number; deliveries: number; messages: number }[]>`
      select (select count(*) from events) as events, (select count(*) from deliveries) as deliveries, (select count(*) from messages) as messages`
    expect(stored).toEqual({ events: posts, deliveries: posts, messages: posts })
    const [folded] = await server.database.read<{ seq: number }[]>`select sum(seq)::bigint as seq from sessions`
    expect(folded?.seq).toBe(posts)
  }, 60_000)

  test('of the same delivery, sent by a sender that got no answer in time, is stored once', async () => {
    const delivery = wahaDelivery(SECRET, 'again', 'message', wahaMessage(talk('AGAIN'), '5511@c.us'), Date.now(), 'evt_again')
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.post(delivery)))
    const told = (await Promise.all(answers.map((answer) => answer.json()))) as { ok: boolean; id: string; duplicate: boolean }[]
    expect(told.every(({ ok }) => ok)).toBe(true)
    expect(told.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(new Set(told.map(({ id }) => id)).size).toBe(1)
    const [stored] = await server.database.read<{ events: number }[]>`select count(*) as events from events where message_id = 'AGAIN'`
    expect(stored?.events).toBe(1)
  })
})

const talk = (id: string) => ({ id, chat: '5511900000000@c.us', fromMe: false, name: 'Ana', text: 'Olá', at: Date.now() })

function message(nth: number) {
  return wwebjsDelivery(SECRET, `burst-${nth % 40}`, 'message', { message: wwebjsMessage(talk(`BURST${nth}`), '5511999999999@c.us') })
}

function requestOf({ session, headers, body }: { session: string; headers: Record<string, string>; body: string }): string {
  const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return `POST /api/whatsapp/webhook/${session} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}

/** Connects all first, then writes all at once. */
async function burst(requests: string[]): Promise<number[]> {
  const port = Number(new URL(server.url).port)
  const sockets = await Promise.all(requests.map((request) => connected(port, request)))
  return Promise.all(sockets.map((socket) => socket.post()))
}

async function connected(port: number, request: string): Promise<{ post(): Promise<number> }> {
  let heard = ''
  let end: (status: number) => void = () => {}
  const answered = new Promise<number>((done) => (end = done))
  const close = () => end(Number(heard.slice(9, 12)))
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: { data: (_, chunk) => void (heard += chunk.toString('latin1')), close, error: close },
  })
  return {
    post() {
      socket.write(request)
      return answered
    },
  }
}

function tally(statuses: number[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function openFilesLimit(): number {
  const limit = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim()
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit)
}
