import { afterAll, expect, test } from 'bun:test'
import { loadConfig } from '../../src/config'
import { readBody } from '../../src/domain/body'
import { createIngest } from '../../src/ingest/ingest'
import { createBus } from '../../src/live/bus'
import { recognise } from '../../src/providers'
import type { SchemeSetting } from '../../src/signing/scheme'
import { SourceBook } from '../../src/store/source-book'
import { createSource, type Source } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { createMetrics } from '../../src/telemetry/metrics'
import { BodyReader } from '../../src/web/body'
import { WebhookLimits } from '../../src/web/webhook-limits'
import { webhooks } from '../../src/web/webhooks'
import { deliveryOf, readRecordings } from '../providers/samples'
import { freshDatabase } from '../support/database'
import { dumpOf } from '../support/dump'

/** Nothing that proves a sender, or opens what a sender has, may come to rest: the whole database is searched for it. */

const OWN = 'PLANTED-the-secret-of-this-source'

const database = await freshDatabase()
const vault = new Vault(new Uint8Array(32))
await createSource(database.write, vault, { slug: 'plain', label: 'x', provider: 'auto' }, Date.now(), OWN)
const sources = await SourceBook.load(database.write, vault, Date.now)
const bus = await createBus(database.bus)
const failures: unknown[] = []
const failed = (cause: unknown) => void failures.push(cause)
const config = loadConfig({})
const ingest = createIngest({ config, database, sources, vault, metrics: createMetrics(), bus, failed })
/** What a test says of the source for its next delivery. */
let source: Source
const doors = webhooks({
  ...ingest.receiving,
  findSource: () => source,
  bodies: new BodyReader({ each: 16 << 20, together: 64 << 20 }),
  limits: new WebhookLimits(config.rateLimits),
  clientAddress: () => '192.0.2.1',
  answered() {},
  failed,
})
afterAll(async () => {
  await ingest.close()
  await bus.close()
  await sources.close()
  await database.close()
})

/** The source as an operator might have set it: this one secret, these schemes. */
function setSource(secret: string, schemes: SchemeSetting[] | null): void {
  const plain = sources.find('plain') as Source
  source = { ...plain, schemes, secrets: plain.secrets.map((one) => ({ ...one, value: secret })) }
}

async function post(path: string, body: Uint8Array | string, headers: Record<string, string>): Promise<number> {
  const init = { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers }
  const response = await doors.handle(new Request(`http://localhost/api/whatsapp/${path}`, init))
  await response.text()
  return response.status
}

/** Names under which senders tell secrets, in whatever spelling. Written down here once more: the code's own list is what is tried. */
const TELLING =
  /^(?:(?:x-?|global|instance|rest)?api-?_?key|.*token|.*secret|.*password|media-?_?key|licen[sc]e-?_?key|jwt_?key|(?:proxy-?)?authorization|(?:set-)?cookie|sessiondata)$/i

/** The texts in a value that stand under a telling name, also in JSON inside of texts. */
function planted(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    if (/^\s*[[{]/.test(value)) {
      try {
        return planted(JSON.parse(value), name)
      } catch {}
    }
    return TELLING.test(name) && value.length >= 6 ? [value] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => planted(inner, Array.isArray(value) ? name : key))
}

const samples = await readRecordings()

test('a dump of the database after all samples contains none of their secrets', async () => {
  const secrets = new Map<string, string>()
  for (const sample of samples) {
    setSource(sample.meta.secret ?? OWN, [{ scheme: 'none' }])
    expect([sample.name, await post('webhook/main', sample.body, sample.headers)]).toEqual([sample.name, 200])
    const read = readBody(sample)
    const found = [...planted(sample.headers), ...(read.ok ? planted(read.value) : []), ...(sample.meta.secret ? [sample.meta.secret] : [])]
    // A short one, such as GOWA's "secret", is found in any text.
    for (const secret of found.map((one) => one.replace(/^(?:bearer|basic) /i, '')).filter((one) => one.length >= 8)) secrets.set(secret, sample.name)
  }
  await ingest.receiving.notes.flush()
  expect(failures).toEqual([])
  expect(secrets.size).toBeGreaterThan(20)
  const text = await dumpOf(database)
  expect([...secrets].filter(([secret]) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([])
}, 60_000)

test('nor what is planted into a sample of each provider: in headers, URL, lists of headers, JSON inside JSON', async () => {
  const plant = (n: number) => `PLANTED${n}-0123456789abcdef`
  const inside = { apikey: plant(1), password: plant(2), hmac: { key: plant(3) }, headers: [{ name: 'X-Api-Key', value: plant(4) }], own: OWN }
  const providers = new Set<string>()
  for (const sample of samples) {
    const read = readBody(sample)
    const provider = read.ok ? recognise(deliveryOf(sample.body, sample.headers), read.value)?.id : undefined
    if (!read.ok || provider === undefined || providers.has(provider) || typeof read.value !== 'object' || Array.isArray(read.value)) continue
    providers.add(provider)
    const body = JSON.stringify({
      ...read.value,
      extra: inside,
      text: JSON.stringify({ deep: JSON.stringify(inside), ...inside }),
      link: `https://hook:${plant(5)}@h.example/?token=${OWN}`,
    })
    setSource(OWN, [{ scheme: 'none' }])
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${plant(6)}`,
      'x-api-key': plant(7),
      cookie: `a=${plant(8)}`,
      'x-shop': `key ${OWN}`,
    }
    expect([provider, await post(`webhook/main/${OWN}?token=${plant(9)}&x=${OWN}`, body, headers)]).toEqual([provider, 200])
  }
  expect(providers.size).toBeGreaterThanOrEqual(4)
  expect(await dumpOf(database)).not.toContain('PLANTED')
}, 60_000)

test('nor a secret in the URL, whether it is right, wrong or in the place of the session', async () => {
  const body = JSON.stringify({ dataType: 'ready', sessionId: 'main' })
  const json = { 'content-type': 'application/json' }
  setSource(OWN, [{ scheme: 'url', parameter: 'token' }])
  expect(await post(`webhook/main?token=${OWN}/connection-update`, body, json)).toBe(200)
  expect(await post('webhook/main?token=PLANTED-wrong-0123456789', body, json)).toBe(401)
  setSource(OWN, [{ scheme: 'url' }])
  expect(await post(`webhook/main/${OWN}`, body, json)).toBe(200)
  expect(await post(`webhook/main/${encodeURIComponent(OWN).replace('P', '%50')}/ready`, body, json)).toBe(200)
  expect(await post('webhook/main/PLANTED-wrong-0123456789', body, json)).toBe(401)
  expect(await post(`webhook/${OWN}`, body, json)).toBe(401)
  expect(await post('webhook/PLANTED-retired-0123456789', body, json)).toBe(401)
  setSource(OWN, [{ scheme: 'basic' }])
  expect(await post('webhook/main', body, { ...json, authorization: `Basic ${Buffer.from('hook:PLANTED-wrong').toString('base64')}` })).toBe(401)
  await ingest.receiving.rejections.flush()
  const text = await dumpOf(database)
  expect(text).not.toContain('PLANTED')
  expect(text).not.toContain(Buffer.from('hook:PLANTED-wrong').toString('base64'))
  const [refused] = await database.read<{ n: number }[]>`select sum(times)::int as n from rejections`
  expect(refused?.n).toBe(5)
})
