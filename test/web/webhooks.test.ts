import { afterAll, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { loadConfig } from '../../src/config'
import { createIngest } from '../../src/ingest/ingest'
import { createBus } from '../../src/live/bus'
import { unpackBody } from '../../src/store/packing'
import { SourceBook } from '../../src/store/source-book'
import { ensureDefaultSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { createMetrics } from '../../src/telemetry/metrics'
import { BodyReader } from '../../src/web/body'
import { WebhookLimits } from '../../src/web/webhook-limits'
import { type WebhookDeps, webhooks } from '../../src/web/webhooks'
import { freshDatabase } from '../support/database'

const SECRET = 'secret-of-the-sender'
const database = await freshDatabase()
const config = loadConfig({ WEBHOOK_SECRET: SECRET })
const vault = new Vault(new Uint8Array(32))
await ensureDefaultSource(database.write, vault, config, Date.now())
const sources = await SourceBook.load(database.write, vault, Date.now)
const bus = await createBus(database.bus)
const failures: unknown[] = []
const failed = (cause: unknown) => void failures.push(cause)
const ingest = createIngest({ config, database, sources, vault, metrics: createMetrics(), bus, failed })
afterAll(async () => {
  await ingest.close()
  await bus.close()
  await sources.close()
  await database.close()
})

const doors = (rates = config.rateLimits, broken: Partial<WebhookDeps> = {}) =>
  webhooks({
    ...ingest.receiving,
    findSource: (slug) => sources.find(slug),
    bodies: new BodyReader({ each: 1 << 20, together: 8 << 20 }),
    limits: new WebhookLimits(rates),
    clientAddress: () => '192.0.2.1',
    answered() {},
    failed,
    ...broken,
  })

const bodyOf = (id: string) =>
  JSON.stringify({ event: 'message', session: 'sales', payload: { id, from: '491234567890@c.us', body: 'hi', timestamp: 1_795_000_000 } })
const signed = (body: string) => ({ 'x-webhook-hmac': createHmac('sha512', SECRET).update(body).digest('hex') })

function post(app: ReturnType<typeof doors>, body: string, headers: Record<string, string> = signed(body)): Promise<Response> {
  return app.handle(new Request('http://localhost/api/whatsapp/webhook/sales', { method: 'POST', body, headers }))
}

test('strangers cannot use up what the senders of a source or session are allowed', async () => {
  const app = doors({ ...config.rateLimits, source: 1, session: 1 })
  for (let i = 0; i < 20; i++) expect((await post(app, bodyOf(`m${i}`), {})).status).toBe(401)
  const statuses = []
  for (let i = 0; i < 11; i++) statuses.push((await post(app, bodyOf(`n${i}`))).status)
  expect(statuses).toEqual([...Array(10).fill(200), 429])
})

test('the URL without a session takes the one that the body names', async () => {
  const body = bodyOf('without')
  for (const path of ['/api/whatsapp/webhook', '/api/whatsapp/default/webhook']) {
    const answer = await doors().handle(new Request(`http://localhost${path}`, { method: 'POST', body, headers: signed(body) }))
    expect(answer.status).toBe(200)
  }
  const rows = await database.read`select 1 from sessions where name = 'sales'`
  expect(rows).toHaveLength(1)
})

test('a delivery with a Set-Cookie header is kept like any other, the cookie redacted', async () => {
  const body = bodyOf('cookie')
  expect((await post(doors(), body, { ...signed(body), 'set-cookie': 'a=s3cr3t' })).status).toBe(200)
  expect(failures).toEqual([])
  const rows = await database.read<{ headers: string }[]>`select headers from deliveries where headers like '%set-cookie%'`
  expect(rows).toHaveLength(1)
  expect(rows[0]?.headers).not.toContain('s3cr3t')
})

test('a form keeps no secret either; JSON that curl sends as one is read as JSON', async () => {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const form = 'token=s3cr3t-token&jsonData=%7B%22apikey%22%3A%22s3cr3t-key%22%7D'
  expect(await (await post(doors(), form, { ...signed(form), ...type })).json()).toMatchObject({ ok: true, quarantined: true })
  const [row] = await database.read<{ body: Uint8Array }[]>`select body from quarantine`
  const kept = Buffer.from(unpackBody(row?.body as Uint8Array)).toString()
  expect(kept).toStartWith('token=[redacted ')
  expect(kept).not.toContain('s3cr3t')
  const json = bodyOf('curl')
  expect(await (await post(doors(), json, { ...signed(json), ...type })).json()).not.toHaveProperty('quarantined')
})

test('a failure of ours is logged with its source and the id that the sender is answered; any other answer has none', async () => {
  const told: unknown[] = []
  const app = doors(config.rateLimits, {
    clientAddress: () => '192.0.2.9',
    limits: {
      take() {
        throw new TypeError('a bug')
      },
    } as unknown as WebhookLimits,
    failed: (_, about) => void told.push(about),
  })
  const answer = await post(app, bodyOf('bug'))
  expect([answer.status, await answer.json()]).toEqual([503, { ok: false, error: 'internal error' }])
  expect(told).toEqual([{ requestId: answer.headers.get('x-request-id'), source: 'default' }])
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  const given = await post(app, bodyOf('bug'), { 'x-request-id': 'of-the-proxy:1' })
  expect(given.headers.get('x-request-id')).toBe('of-the-proxy:1')
  expect((await post(doors(), bodyOf('fine'))).headers.has('x-request-id')).toBe(false)
  expect((await post(doors(), bodyOf('fine'), {})).headers.has('x-request-id')).toBe(false)
})
