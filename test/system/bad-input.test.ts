import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Socket } from 'bun'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'

const MAX_BODY_BYTES = 64 * 1024

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ MAX_BODY_BYTES: String(MAX_BODY_BYTES) })
}, STARTING_MS)
afterAll(() => server.stop())

const webhook = (path: string, init: RequestInit) => fetch(`${server.url}${path}`, { method: 'POST', redirect: 'manual', ...init })
const signed = (body: string | Uint8Array) => ({
  'content-type': 'application/json',
  'x-webhook-signature': `sha256=${new Bun.CryptoHasher('sha256', SECRET).update(body).digest('hex')}`,
})

describe('what nobody can prove', () => {
  test('is refused, and the operator sees why', async () => {
    const answer = await webhook('/api/whatsapp/webhook/forged', { body: '{}', headers: signed('{"other":1}') })
    expect(answer.status).toBe(401)
    const row = await until(() => rejectionOf('forged'), 'the rejection to be listed')
    expect(row).toMatchObject({ code: 'mismatch', times: 1 })
    expect(row.message).toContain('X-Webhook-Signature')
    expect(await countOf('deliveries')).toBe(0)
  })

  test('is counted, not piled up', async () => {
    for (let nth = 0; nth < 5; nth++) await webhook('/api/whatsapp/webhook/silent', { body: '{}' })
    const row = await until(async () => await rejectionOf('silent').then((found) => (found?.times === 5 ? found : undefined)), 'five rejections in one row')
    expect(row.code).toBe('missing')
  })

  test('and posts to no source of ours is told that there is none', async () => {
    const answer = await webhook('/api/whatsapp/nobody/webhook/x', { body: '{}', headers: signed('{}') })
    expect(answer.status).toBe(404)
  })
})

describe('what is too large', () => {
  test('is refused while it is still coming, however it is sent', async () => {
    const { status, sentBytes } = await postEndless(`/api/whatsapp/webhook/huge`)
    expect(status).toBe(413)
    expect(sentBytes).toBeLessThan(MAX_BODY_BYTES * 40)
  })

  test('is refused by its announced length, before a byte of it is read', async () => {
    const answer = await webhook('/api/whatsapp/webhook/huge', { body: 'x'.repeat(MAX_BODY_BYTES + 1), headers: { 'x-api-key': SECRET } })
    expect(answer.status).toBe(413)
  })

  test('does not keep the next one from being taken', async () => {
    expect((await server.post(wwebjsDelivery(SECRET, 'after', 'ready'))).status).toBe(200)
  })
})

describe('what is genuine but makes no sense', () => {
  const nonsense: [what: string, body: string | Uint8Array<ArrayBuffer>][] = [
    ['is no JSON', '{"dataType":'],
    ['is empty', ''],
    ['is no UTF-8', new Uint8Array([0xff, 0xfe, 0x00, 0x80])],
    ['is an array', '[1,2,3]'],
    ['is null', 'null'],
    ['is nobody’s envelope', '{"hello":"world"}'],
    ['is nested ten thousand deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ]
  test.each(nonsense)('and %s is kept and acknowledged', async (_, body) => {
    const before = await countOf('quarantine')
    const answer = await webhook('/api/whatsapp/webhook/odd', { body, headers: signed(body) })
    expect(answer.status).toBe(200)
    expect(await countOf('quarantine')).toBe(before + 1)
  })

  const poison: [what: string, data: string][] = [
    ['a NUL', String.raw`{"qr":"2@\u0000"}`],
    ['half a surrogate pair', String.raw`{"qr":"2@\ud800"}`],
    ['an impossible number', '{"percent":1e999}'],
    ['__proto__', '{"__proto__":{"polluted":true},"qr":"2@x"}'],
  ]
  test.each(poison)('and holds %s is stored like any other', async (_, data) => {
    const body = `{"dataType":"qr","data":${data},"sessionId":"poison"}`
    const answer = await webhook('/api/whatsapp/webhook/poison', { body, headers: signed(body) })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ ok: true, duplicate: false })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('a sender', () => {
  const ways = [
    '/api/whatsapp/webhook/way',
    '/api/whatsapp/webhook/way/',
    '/api/whatsapp/webhook/way/messages-upsert',
    '/api/whatsapp//webhook/way',
    '/api/whatsapp/webhook',
    '/api/whatsapp/webhook/',
    '/api/whatsapp/WEBHOOK/way',
    '/',
  ]
  test.each(ways)('is never redirected, at %s', async (path) => {
    const { headers, body } = wwebjsDelivery(SECRET, 'way', 'ready')
    const answer = await webhook(path, { body, headers })
    expect([301, 302, 303, 307, 308]).not.toContain(answer.status)
    expect(answer.headers.get('location')).toBeNull()
  })
})

interface RejectionRow {
  code: string
  message: string
  times: number
}

async function rejectionOf(session: string): Promise<RejectionRow | undefined> {
  const [row] = await server.database.read<RejectionRow[]>`select code, message, sum(times) over ()::int as times from rejections where session = ${session}`
  return row
}

async function countOf(table: 'deliveries' | 'quarantine'): Promise<number> {
  const [row] = await server.database.read.unsafe<{ count: number }[]>(`select count(*) as count from ${table}`)
  return row?.count ?? 0
}

/** Chunk after chunk without an announced length, until the server says stop. */
function postEndless(path: string): Promise<{ status: number; sentBytes: number }> {
  const { hostname, port } = new URL(server.url)
  const chunk = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`)
  let unsent = Buffer.from(`POST ${path} HTTP/1.1\r\nhost: ${hostname}\r\nx-api-key: ${SECRET}\r\ntransfer-encoding: chunked\r\n\r\n`)
  let sentBytes = 0
  let heard = ''
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; sentBytes: number }>()
  const end = () => resolve({ status: Number(heard.slice(9, 12)), sentBytes })
  const send = (socket: Socket) => {
    if (heard !== '') return
    const written = socket.write(unsent)
    sentBytes += written
    unsent = written < unsent.byteLength ? unsent.subarray(written) : chunk
    // One at a time, so that the answer is heard in between.
    if (written > 0) setImmediate(send, socket)
  }
  const data = (socket: Socket, bytes: Buffer) => {
    heard += bytes.toString('latin1')
    socket.end()
    end()
  }
  Bun.connect({ hostname, port: Number(port), socket: { open: send, drain: send, data, close: end, error: (_, cause) => reject(cause) } }).catch(reject)
  return promise
}
