/** What only a raw socket can send: lengths that lie, headers at their oddest, requests that never end. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { FUZZ_WITHIN_MS, runs } from '../fuzz/support'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { exchange, open, type RawAnswer } from './raw'

const MAX_BODY_BYTES = 64 * 1024
const BODY = '{"dataType":"ready","sessionId":"raw"}'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ MAX_BODY_BYTES: String(MAX_BODY_BYTES), RATE_LIMIT_STATUS: '100000' })
}, STARTING_MS)
afterAll(() => server.stop())

const post = (lines: string[], body: string | Uint8Array = '') =>
  exchange(server.url, ['POST /api/whatsapp/webhook/raw HTTP/1.1', 'host: localhost', ...lines], body)
const key = `x-api-key: ${SECRET}`

/** No crash: the next delivery is taken as if nothing had been. */
async function expectAlive(): Promise<void> {
  expect((await server.post(wwebjsDelivery(SECRET, 'alive', 'ready'))).status).toBe(200)
}

async function countOf(session: string): Promise<number> {
  const [row] = await server.database.read<{ count: number }[]>`
    select count(*)::int as count from events join sessions using (session_id) where sessions.name = ${session}`
  return row?.count ?? 0
}

describe('a body whose length lies', () => {
  const lies: [what: string, lines: string[], body: string][] = [
    ['longer than announced: the rest is another request, and a bad one', [key, `content-length: ${BODY.length}`], `${BODY}GARBAGE`],
    ['no number', [key, 'content-length: many'], BODY],
    ['negative', [key, 'content-length: -1'], BODY],
    ['a number beyond all bounds', [key, 'content-length: 99999999999999999999'], BODY],
    ['announced twice, differently', [key, `content-length: ${BODY.length}`, 'content-length: 3'], BODY],
    [
      'announced and chunked at once',
      [key, `content-length: ${BODY.length}`, 'transfer-encoding: chunked'],
      `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
    ],
    ['chunked with a size that is none', [key, 'transfer-encoding: chunked'], `zz\r\n${BODY}\r\n0\r\n\r\n`],
    ['chunked with a size beyond all bounds', [key, 'transfer-encoding: chunked'], `ffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`],
    ['encoded in a way that nobody knows', [key, 'transfer-encoding: gzip, magic'], BODY],
  ]
  test.each(lies)('%s', async (_what, lines, body) => {
    const answer = await post(lines, body)
    // Answered as a mistake of the sender, taken for what it announced, or cut off; never an error of ours.
    expect([0, 200, 400, 411, 413, 431, 501]).toContain(answer.status)
    await expectAlive()
  })

  test('shorter than announced: nothing is taken, and the connection does not stay for ever', async () => {
    const before = await countOf('raw')
    const socket = await open(server.url, ['POST /api/whatsapp/webhook/raw HTTP/1.1', 'host: localhost', key, 'content-length: 5000'], BODY)
    socket.end()
    await expectAlive()
    expect(await countOf('raw')).toBe(before)
  })
})

describe('headers at their oddest', () => {
  const odd: [what: string, lines: string[]][] = [
    ['ten thousand of them', Array.from({ length: 10_000 }, (_, i) => `x-${i}: ${i}`)],
    ['one of 1 MB', [`x-long: ${'a'.repeat(1 << 20)}`]],
    ['a NUL in one', ['x-nul: a\0b']],
    ['bytes beyond ASCII', ['x-latin: \u00e9\u00ff', 'user-agent: \u00f0\u009f\u0091\u008b']],
    ['a name with a blank', ['x bad: 1']],
    ['no name', [': 1']],
    ['folded over two lines', ['x-folded: a', ' b']],
    ['__proto__ for a name', ['__proto__: polluted', 'constructor: x']],
    ['a host that is none', ['host: <script>', 'x-forwarded-for: "><script>', 'x-forwarded-proto: javascript']],
    ['a hundred forwarded addresses', [`x-forwarded-for: ${Array.from({ length: 100 }, (_, i) => `10.0.0.${i}`).join(', ')}`]],
    ['an expectation', ['expect: 100-continue']],
    ['an upgrade', ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: x', 'sec-websocket-version: 13']],
    ['the same one many times', Array.from({ length: 50 }, () => 'set-cookie: a=b')],
  ]
  test.each(odd)('%s', async (_what, lines) => {
    const answer = await post([key, `content-length: ${BODY.length}`, ...lines], BODY)
    expect(isClear(answer)).toBe(true)
    await expectAlive()
  })

  test('two API keys prove nothing, whichever comes first', async () => {
    const wrong = 'x-api-key: wrong'
    for (const lines of [
      [key, wrong],
      [wrong, key],
    ])
      expect((await post([...lines, `content-length: ${BODY.length}`], BODY)).status).toBe(401)
  })
})

describe('request lines at their oddest', () => {
  const lines = [
    'GARBAGE',
    'POST',
    'POST  HTTP/1.1',
    'POST /api/whatsapp/webhook/x HTTP/9.9',
    'POST http://evil.example/api/whatsapp/webhook/x HTTP/1.1',
    'POST //evil.example/api/whatsapp/webhook/x HTTP/1.1',
    'POST \\api\\whatsapp HTTP/1.1',
    'POST * HTTP/1.1',
    'CONNECT evil.example:443 HTTP/1.1',
    'TRACE /api/whatsapp/webhook/x HTTP/1.1',
    'MAGIC /api/whatsapp/webhook/x HTTP/1.1',
    'post /api/whatsapp/webhook/x HTTP/1.1',
    `POST /api/whatsapp/webhook/${'x'.repeat(100_000)} HTTP/1.1`,
    `POST /api/whatsapp/webhook/x?${'a=b&'.repeat(20_000)} HTTP/1.1`,
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'PRI * HTTP/2.0',
  ]
  test.each(lines.map((line): [string, string] => [JSON.stringify(line.slice(0, 80)), line]))('%s', async (_shown, line) => {
    const answer = await exchange(server.url, [line, 'host: localhost', key, `content-length: ${BODY.length}`], BODY)
    expect(isClear(answer)).toBe(true)
    expect(answer.headers.location).toBeUndefined()
    await expectAlive()
  })

  test(
    'any path below the webhook is answered clearly',
    async () => {
      const segment = fc.oneof(
        fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => text.replaceAll(/[\0-\x20\x7f]/g, '')),
        fc.constantFrom(
          '..',
          '.',
          '%2e%2e',
          '%00',
          '%ff',
          '%F0%9F%91%8B',
          '%zz',
          '%',
          '',
          'webhook',
          '%2F',
          '%5C',
          '__proto__',
          "'; drop table events; --".replaceAll(' ', '%20'),
        ),
      )
      const query = fc.constantFrom('', '?', '?token=x', '?a[]=1&a[]=2', '?__proto__[x]=1', '?%00=%ff', '?&&&', '#fragment')
      await fc.assert(
        fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 4 }), query, async (segments, after) => {
          const path = `/api/whatsapp/webhook/${segments.join('/')}${after}`
          const answer = await exchange(server.url, [`POST ${path} HTTP/1.1`, 'host: localhost', key, `content-length: ${BODY.length}`], BODY)
          expect(isClear(answer)).toBe(true)
          if (answer.status !== 200) return
          const { id } = JSON.parse(answer.body) as { id: string }
          const [kept] = await server.database.read<{ path: string }[]>`select path from deliveries where id = ${id}`
          expect(kept).toBeDefined()
        }),
        runs(150),
      )
      await expectAlive()
    },
    FUZZ_WITHIN_MS,
  )
})

describe('a compressed body', () => {
  const bomb = gzipSync(Buffer.alloc(40 << 20))

  test('is kept as it came and never unpacked', async () => {
    const before = process.memoryUsage().rss
    const signature = new Bun.CryptoHasher('sha256', SECRET).update(bomb).digest('hex')
    expect(bomb.byteLength).toBeLessThan(MAX_BODY_BYTES)
    const answers = await Promise.all(
      ['gzip', 'br', 'zstd', 'deflate', 'gzip, gzip', 'magic'].map((encoding) =>
        post([`content-encoding: ${encoding}`, `x-webhook-signature: sha256=${signature}`, `content-length: ${bomb.byteLength}`], bomb),
      ),
    )
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      const { id } = JSON.parse(answer.body) as { id: string }
      const [row] = await server.database.read<{ body: Uint8Array }[]>`select body from quarantine where id = ${id}`
      expect(Buffer.from(row?.body as Uint8Array).equals(bomb)).toBe(true)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(120 << 20)
  })
})

describe('who never finishes', () => {
  test('does not keep others waiting, with five hundred connections that have begun', async () => {
    const half = ['POST /api/whatsapp/webhook/slow HTTP/1.1', 'host: localhost', key, 'content-length: 60000']
    const sockets = await Promise.all(Array.from({ length: 500 }, (_, i) => open(server.url, i % 2 ? half.slice(0, 2) : half, i % 2 ? null : '{"data')))
    await expectAlive()
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    for (const socket of sockets) socket.end()
    await expectAlive()
  })
})

/** Understood and answered, or refused without our fault, or cut off. */
function isClear({ status }: RawAnswer): boolean {
  return status === 0 || (status >= 100 && status < 500) || status === 501 || status === 505
}
