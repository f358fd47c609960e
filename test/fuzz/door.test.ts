/**
 * Promise 3, through the front door: whatever an authentic sender posts is answered 200 and kept as it came, save what is
 * redacted.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { redactBody, redactForm } from '../../src/domain/redaction'
import { rebuild } from '../../src/ingest/rebuild'
import { unpackBody } from '../../src/store/packing'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { anything, FUZZ_WITHIN_MS, mutate, mutation, runs, samplesByProvider } from './support'

const samples = [...(await samplesByProvider()).values()].flat().filter(({ delivery }) => delivery.body.byteLength < 20_000)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
}, STARTING_MS)
afterAll(() => server.stop())

let nth = 0

/** Posts to a session of its own, so that nothing is a duplicate of anything, and looks at what became of it. */
async function expectKept(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<void> {
  const contentType = headers['content-type'] ?? 'application/json'
  const signature = `sha256=${new Bun.CryptoHasher('sha256', SECRET).update(body).digest('hex')}`
  const answer = await fetch(`${server.url}/api/whatsapp/webhook/door-${++nth}`, {
    method: 'POST',
    body,
    headers: { ...headers, 'content-type': contentType, 'x-webhook-signature': signature },
    redirect: 'manual',
  })
  const told = (await answer.json()) as { ok: boolean; id: string; quarantined?: boolean; error?: string }
  expect({ status: answer.status, error: told.error }).toEqual({ status: 200, error: undefined })
  const table = told.quarantined ? 'quarantine' : 'deliveries'
  const rows = await server.database.read.unsafe<{ body: Uint8Array }[]>(`select body from ${table} where id = $1`, [told.id])
  expect(rows.length).toBeGreaterThan(0)
  const isForm = contentType.startsWith('application/x-www-form-urlencoded') && body[0] !== 123 && body[0] !== 91
  const kept = (isForm ? redactForm : redactBody)(body, (secret) => server.vault.fingerprint(secret))
  for (const row of rows) expect(Buffer.from(told.quarantined ? row.body : unpackBody(row.body)).equals(Buffer.from(kept))).toBe(true)
}

const bytes = (text: string) => new TextEncoder().encode(text)

test(
  "any provider's deliveries, changed in any way, are kept byte for byte",
  async () => {
    const changed = fc.tuple(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    await fc.assert(
      fc.asyncProperty(changed, async ([sample, mutations]) => {
        const { 'user-agent': agent = 'axios', 'x-webhook-request-id': request = '1' } = sample.delivery.headers
        await expectKept(bytes(JSON.stringify(mutate(sample.body, mutations))), { 'user-agent': agent, 'x-webhook-request-id': request })
      }),
      runs(200),
    )
  },
  FUZZ_WITHIN_MS,
)

/** Text that JSON parsers quarrel about, in the place of a value. */
const oddValue = fc.oneof(
  anything.map((value) => JSON.stringify(value) ?? 'null'),
  fc.constantFrom(
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"\\uD83D\\uDE00"',
    '1e999',
    '-1e999',
    '123456789012345678901234567890',
    '0.1e-999',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"":"","":1}',
    '{"a":1,"a":2}',
    '{"id":{"id":{"id":[]}}}',
    '[[[[[[[[]]]]]]]]',
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
    `"${'\\u0000'.repeat(400)}"`,
    `"${'😀'.repeat(600)}"`,
    '',
    'NaN',
    'undefined',
    "'x'",
    '01',
    '"unterminated',
    '"line\nbreak"',
    'null,',
  ),
)
const envelopes = fc.constantFrom(
  (value: string) => `{"dataType":"qr","data":${value},"sessionId":"x"}`,
  (value: string) => `{"dataType":"message","data":{"message":${value}},"sessionId":"x"}`,
  (value: string) => `{"dataType":${value},"data":{},"sessionId":${value}}`,
  (value: string) => `{"event":"message","session":"x","engine":"GOWS","payload":${value}}`,
  (value: string) => `{"event":"session.status","session":"x","engine":"GOWS","timestamp":${value},"payload":{"status":${value},"statuses":${value}}}`,
  (value: string) => `{"type":"message.received","timestamp":${value},"data":{"sessionId":"x","id":${value},"text":${value}}}`,
  (value: string) => `{"event":"messages.upsert","instance":"x","server_url":"u","data":${value},"date_time":${value}}`,
  (value: string) => `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":${value}}]}]}`,
  (value: string) => `\ufeff{"dataType":"ready","data":${value},"sessionId":"x"}`,
  (value: string) => `{"dataType":"ready","dataType":"qr","data":1,"data":${value},"sessionId":"x"}`,
  (value: string) => `  \r\n[${value}]`,
  (value: string) => value,
)

test(
  'JSON at its oddest is kept byte for byte',
  async () => {
    await fc.assert(
      fc.asyncProperty(envelopes, oddValue, (envelope, value) => expectKept(bytes(envelope(value)))),
      runs(250),
    )
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  },
  FUZZ_WITHIN_MS,
)

test(
  'bytes that are no text are kept byte for byte',
  async () => {
    const noise = fc.uint8Array({ maxLength: 300 })
    const broken = fc.tuple(fc.constantFrom(...samples), fc.nat(), noise).map(([{ delivery }, place, inserted]) => {
      const at = place % (delivery.body.byteLength + 1)
      return new Uint8Array(Buffer.concat([delivery.body.subarray(0, at), inserted, delivery.body.subarray(at)]))
    })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          noise.map((some) => new Uint8Array(some)),
          broken,
        ),
        (body) => expectKept(body),
      ),
      runs(150),
    )
  },
  FUZZ_WITHIN_MS,
)

test(
  'forms at their oddest are kept byte for byte',
  async () => {
    const piece = fc.oneof(
      fc.webQueryParameters(),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '&&',
        '=',
        '=&=',
        '%',
        '%00',
        '%zz',
        '%ff%fe',
        '+',
        'a=1&a=2',
        'token=',
        'token=abc',
        'jsonData=%7B%22token%22%3A%22x%22%7D',
        'jsonData={"type":"Message"}',
      ),
    )
    const type = fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded; charset=latin1',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/xml',
      'application/json; charset=utf-16',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 5 }), type, (pieces, contentType) => expectKept(bytes(pieces.join('&')), { 'content-type': contentType })),
      runs(150),
    )
  },
  FUZZ_WITHIN_MS,
)

test('after all that the projections are what the ledger says', async () => {
  expect((await rebuild(server.database.read, { repair: false })).differences).toEqual([])
})
