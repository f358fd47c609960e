import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { writeCursor } from '../../src/store/page'
import { insertQuarantined } from '../../src/store/quarantine'
import { upsertRejections } from '../../src/store/rejections'
import { saveSourceControl } from '../../src/store/source-controls'
import { csvCell } from '../../src/web/api/export'
import { apiRoutes } from '../../src/web/api/routes'
import { Problem } from '../../src/web/api/schemas'
import { entry, event, message } from '../support/entries'
import { openSite, withKey } from './support'

const site = await openSite({ CORS_ORIGINS: 'https://app.example.org' })
afterAll(() => site.close())
const api = (path: string, headers: Record<string, string> = {}) => site.fetch(path, { headers: { ...withKey().headers, ...headers } })
const body = async (path: string) => (await api(path)).json() as Promise<{ data: Record<string, unknown>[]; next: string | null } & Record<string, unknown>>
const NAME = encodeURIComponent('sales/eu 1')

beforeAll(async () => {
  await site.write(entry('sales/eu 1', [event('session.qr', { session: { qr: '2@code' } })]))
  for (let i = 0; i < 5; i++)
    await site.write(entry('sales/eu 1', [message('message.received', `M${i}`, { message: { text: i === 0 ? '=cmd()' : `hi, "${i}"` } })]))
  await site.write(entry('up', [event('session.connected', { session: { account: { id: '1@c.us', name: 'Up' } } })]))
  const control = { sourceId: site.source.id, api: 'waha', baseUrl: 'http://waha:3000', key: 'a key of the API' }
  await saveSourceControl(site.database.write, site.vault, control, Date.now())
  await upsertRejections(site.database.write, [
    { sourceId: site.source.id, slug: 'default', session: 'x', address: '192.0.2.1', code: 'mismatch', message: 'm', at: Date.now(), times: 1 },
  ])
  await insertQuarantined(site.database.write, {
    sessionId: Bun.randomUUIDv7(),
    id: Bun.randomUUIDv7(),
    sourceId: site.source.id,
    name: 'x',
    receivedAt: Date.now(),
    reason: 'r',
    path: '/',
    address: 'a',
    headers: '{}',
    body: new Uint8Array(1),
  })
})

describe('the contract', () => {
  test('every real answer is what the OpenAPI document promises', async () => {
    const document = (await (await site.fetch('/api/v1/openapi.json')).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: unknown }> }> }>>
      components: { schemas: Record<string, unknown> }
    }
    const checked: string[] = []
    for (const [path, operations] of Object.entries(document.paths)) {
      const schema = operations.get?.responses['200']?.content?.['application/json']?.schema
      if (!schema) continue
      const url = path.replace(/\{(?:source|slug)\}/, 'default').replace('{sessionId}', NAME)
      const response = await api(url)
      expect([url, response.status, response.headers.get('content-type')]).toEqual([url, 200, 'application/json'])
      const errors = [...Value.Errors(resolve(schema, document.components.schemas), await response.json())]
      expect([url, errors.map(({ path: where, message: what }) => `${where} ${what}`)]).toEqual([url, []])
      checked.push(path)
    }
    expect(checked.length).toBeGreaterThanOrEqual(9)
    const missing = apiRoutes({ ...site, ...site.live } as never).filter((route) => !(route.path.replace(/:(\w+)/g, '{$1}') in document.paths))
    expect(missing).toEqual([])
  })

  test('a session has the documented shape, to the letter', async () => {
    expect(await body(`/api/v1/sessions/default/${NAME}`)).toEqual({
      source: 'default',
      id: 'sales/eu 1',
      provider: 'signed',
      status: 'qr',
      reason: null,
      since: expect.stringMatching(/T.*\.\d{3}Z$/),
      health: 'ok',
      lastEventAt: expect.stringMatching(/T.*\.\d{3}Z$/),
      qr: { code: '2@code', count: 1, receivedAt: expect.stringMatching(/Z$/), expiresAt: expect.stringMatching(/Z$/) },
      pairingCode: null,
      loading: null,
      account: null,
      ownerId: null,
      counts: { events: 6, messagesReceived: 5, messagesSent: 0, calls: 0, reconnects: 0 },
      seq: 6,
    } as never)
  })

  test('failures are problem documents that name the field and never repeat what was sent', async () => {
    for (const [path, status, detail] of [
      ['/api/v1/sessions?limit=0&q=s3cret', 400, 'query/limit'],
      ['/api/v1/sessions?limit=many', 400, 'query/limit'],
      ['/api/v1/sessions?status=s3cret', 400, 'query/status'],
      ['/api/v1/sessions?cursor=s3cret', 400, 'cursor'],
      ['/api/v1/events?since=s3cret', 400, 'query/since'],
      ['/api/v1/events?q=%00s3cret', 400, 'U+0000'],
      ['/api/v1/sessions/default/%00', 400, 'U+0000'],
      [`/api/v1/events?cursor=${writeCursor(1, 's3cret')}`, 400, 'cursor'],
      [`/api/v1/rejections?cursor=${writeCursor(1, 's3cret')}`, 400, 'cursor'],
      ['/api/v1/sessions/default/s3cret', 404, 'no such session'],
      ['/api/v1/nothing/s3cret', 404, 'no such route'],
      ['/api/v1/stream?topic=s3cret', 404, 'no such topic'],
    ] as const) {
      const response = await api(path)
      expect([path, response.status, response.headers.get('content-type')]).toEqual([path, status, 'application/problem+json'])
      const problem = (await response.json()) as { detail: string; instance: string }
      expect([...Value.Errors(Problem, problem)]).toEqual([])
      expect(problem.detail).toContain(detail)
      expect(problem.detail).not.toContain('s3cret')
    }
    const posted = await site.fetch('/api/v1/api-keys', { method: 'POST', ...withKey(), body: '{"name":"s3cret","scopes":["root"]}' })
    expect(posted.status).toBe(400)
    expect(await posted.text()).not.toContain('s3cret')
    expect((await site.fetch('/api/v1/sessions')).headers.get('www-authenticate')).toContain('Bearer')
  })
})

describe('lists', () => {
  test('come in pages that follow each other', async () => {
    const seen: unknown[] = []
    let cursor = ''
    do {
      const page = await body(`/api/v1/sessions/default/${NAME}/events?limit=2&cursor=${cursor}`)
      seen.push(...page.data.map((one) => one.id))
      cursor = page.next ?? ''
    } while (cursor)
    expect(new Set(seen).size).toBe(6)
    expect((await body('/api/v1/sessions?limit=1')).data).toHaveLength(1)
  })

  test('are filtered by what the query says', async () => {
    const names = async (query: string) => (await body(`/api/v1/sessions?${query}`)).data.map((one) => one.id)
    expect(await names('status=connected,qr')).toEqual(['sales/eu 1', 'up'])
    expect(await names('status=qr')).toEqual(['sales/eu 1'])
    expect(await names('status=auth_failure')).toEqual([])
    expect(await names('health=ok&q=up')).toEqual(['up'])
    expect((await body('/api/v1/events?type=message.*&q=hi&since=1h')).data).toHaveLength(4)
  })

  test('of sources never tell a secret', async () => {
    const text = await (await api('/api/v1/sources')).text()
    for (const secret of site.source.secrets) expect(text).not.toContain(secret.value)
    expect(text).toContain('"hint":"…')
  })
})

describe('exports', () => {
  test('hold everything that matches, one record a line', async () => {
    const response = await api('/api/v1/events?type=message.received&limit=2', { accept: 'application/x-ndjson' })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await response.text()).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(Array(5).fill('message.received'))
  })

  test('as CSV cannot smuggle formulas into a spreadsheet', async () => {
    const text = await (await api('/api/v1/events', { accept: 'text/csv' })).text()
    const lines = text.trim().split('\r\n')
    expect(lines).toHaveLength(8)
    expect(text).toContain(",'=cmd(),")
    expect(text).toContain('"hi, ""1"""')
    expect(['=1', '+1', '-1', '@x', '\tx', '\n=1', '＝1', 'a,b', 'plain'].map(csvCell)).toEqual([
      "'=1",
      "'+1",
      "'-1",
      "'@x",
      "'\tx",
      '"\'\n=1"',
      "'＝1",
      '"a,b"',
      'plain',
    ])
  })
})

describe('the QR', () => {
  test('is drawn while it can be scanned, gone when it expired, and not there otherwise', async () => {
    expect((await api(`/api/v1/sessions/default/up/qr.svg`)).status).toBe(404)
    await site.write(entry('pairing', [event('session.qr', { session: { qr: '2@abc' } })]))
    const svg = await api('/api/v1/sessions/default/pairing/qr.svg')
    expect(svg.headers.get('content-type')).toBe('image/svg+xml')
    expect(await svg.text()).toMatch(/^<svg xmlns=.*<path d="M/)
    const png = await api('/api/v1/sessions/default/pairing/qr.png')
    expect((await png.bytes()).slice(1, 4)).toEqual(new TextEncoder().encode('PNG'))
    await site.write(entry('expired', [event('session.qr', { session: { qr: '2@abc' } })], Date.now() - 120_000))
    expect((await api('/api/v1/sessions/default/expired/qr.svg')).status).toBe(410)
    await site.write(entry('untold', [event('session.qr')]))
    expect((await api('/api/v1/sessions/default/untold/qr.png')).status).toBe(404)
    await site.write(entry('endless', [event('session.qr', { session: { qr: 'x'.repeat(9_000) } })]))
    expect((await api('/api/v1/sessions/default/endless/qr.png')).status).toBe(404)
  })
})

test('only pages of the named origins may read answers, and never with cookies', async () => {
  const from = async (origin: string, method = 'GET') => (await site.fetch('/api/v1/sessions', { method, headers: { origin, ...withKey().headers } })).headers
  expect((await from('https://app.example.org')).get('access-control-allow-origin')).toBe('https://app.example.org')
  expect((await from('https://app.example.org', 'OPTIONS')).get('access-control-allow-headers')).toContain('authorization')
  expect((await from('https://evil.example')).get('access-control-allow-origin')).toBeNull()
  expect((await from('https://app.example.org')).get('access-control-allow-credentials')).toBeNull()
})

test('guessing keys is slowed down', async () => {
  const statuses = []
  for (let i = 0; i < 70; i++) statuses.push((await site.fetch('/api/v1/sessions', withKey(`lk_${i}${'x'.repeat(40)}`))).status)
  expect(new Set(statuses)).toEqual(new Set([401, 429]))
})

test('the readable page tells every route', async () => {
  const page = await (await site.fetch('/api/docs')).text()
  for (const path of ['GET /api/v1/sessions/:source/:sessionId', 'DELETE /api/v1/api-keys/:id', 'GET /api/v1/stream']) expect(page).toContain(path)
})

/** TypeBox checks its own schemas: references of the document are put in place, and kinds given back. */
function resolve(schema: unknown, schemas: Record<string, unknown>): TSchema {
  const node = schema as {
    $ref?: string
    type?: string
    anyOf?: unknown[]
    const?: unknown
    properties?: Record<string, unknown>
    required?: string[]
    items?: unknown
    patternProperties?: Record<string, unknown>
  }
  if (node.$ref) return resolve(schemas[node.$ref.split('/').at(-1) as string], schemas)
  if (node.anyOf) return Type.Union(node.anyOf.map((one) => resolve(one, schemas)))
  if (node.const !== undefined) return Type.Literal(node.const as string)
  if (node.type === 'array') return Type.Array(resolve(node.items, schemas))
  if (node.patternProperties) return Type.Record(Type.String(), Type.Unknown())
  if (node.type === 'object') {
    const properties = Object.entries(node.properties ?? {}).map(([name, one]) => [
      name,
      node.required?.includes(name) ? resolve(one, schemas) : Type.Optional(resolve(one, schemas)),
    ])
    return Type.Object(Object.fromEntries(properties), { additionalProperties: false })
  }
  const simple: Record<string, TSchema> = { string: Type.String(), number: Type.Number(), integer: Type.Integer(), boolean: Type.Boolean(), null: Type.Null() }
  return simple[node.type as string] ?? Type.Unknown()
}
