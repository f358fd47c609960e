import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { createDecodeAgain, sessionInPath } from '../../src/ingest/decode-again'
import { Quarantine } from '../../src/ingest/quarantine'
import { type ReceiveDeps, receive } from '../../src/ingest/receive'
import { Writer } from '../../src/ingest/writer'
import { listQuarantine } from '../../src/store/quarantine-read'
import { createSource, listSources, type Source, updateSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { freshDatabase } from '../support/database'
import { ALLOWANCES } from '../support/entries'

const DAY_MS = 86_400_000
const database = await freshDatabase()
const sql = database.write
const writer = new Writer(sql, Date.now)
const vault = new Vault(new Uint8Array(32))
let sources: Source[] = []
afterAll(async () => {
  await writer.close()
  await database.close()
})

let now = Date.now()
const again = createDecodeAgain({ sql: database.read, writer, allowances: ALLOWANCES, retentionEventsMs: 90 * DAY_MS, sources: () => sources, now: () => now })

const deps = {
  writer,
  quarantine: new Quarantine(sql),
  fingerprint: () => 'f',
  allowances: ALLOWANCES,
  now: Date.now,
  noteUse() {},
  notes: { recognised() {}, mismatched() {} },
} as unknown as ReceiveDeps

/** A source that is set to another provider than its sender's: everything is authentic and understood by nobody. */
let source: Source
beforeEach(async () => {
  now = Date.now()
  const slug = `s${Bun.randomUUIDv7().slice(-8)}`
  await createSource(sql, vault, { slug, label: slug, provider: 'meta-cloud-api', schemes: [{ scheme: 'none' }] }, now)
  await reload(slug)
})

async function reload(slug: string): Promise<void> {
  sources = await listSources(sql, vault)
  source = sources.find((one) => one.slug === slug) as Source
}

async function post(dataType: string, data: unknown, receivedAt = Date.now(), session = 'shop'): Promise<string> {
  const id = Bun.randomUUIDv7('hex', Math.floor(receivedAt))
  const body = new TextEncoder().encode(JSON.stringify({ dataType, data, sessionId: session }))
  const path = `/api/whatsapp/${source.slug}/webhook/${session}`
  const headers = { 'content-type': 'application/json' }
  const delivery = { id, receivedAt, method: 'POST' as const, path, pathSession: session, headers, body, address: '203.0.113.9' }
  expect((await receive(deps, source, delivery)).kind).toBe('quarantined')
  return id
}

const upgrade = async () => {
  await updateSource(sql, source.id, { ...source, provider: 'wwebjs-api' })
  await reload(source.slug)
}
const eventsOf = () =>
  sql<{ id: string; type: string; at: number; delivery: string }[]>`
    select id, type, (extract(epoch from received_at) * 1000)::float8 as at, delivery_id as delivery from events where source_id = ${source.id} order by seq`
const waiting = async () => (await listQuarantine(sql, { source: source.slug, limit: 10 })).data.map(({ id }) => id)

describe('a quarantined delivery that is decoded again', () => {
  test('goes into the ledger under its own id and arrival, and leaves the quarantine', async () => {
    const at = Date.now() - 3_600_000
    const id = await post('ready', undefined, at)
    await upgrade()
    expect(await again.quarantined(id)).toEqual({ outcome: 'added', events: 1 })
    expect(await eventsOf()).toMatchObject([{ id, type: 'session.connected', at, delivery: id }])
    expect(await waiting()).toEqual([])
    const [session] = await sql`select status, name from sessions where source_id = ${source.id}`
    expect(session).toMatchObject({ status: 'connected', name: 'shop' })
    const [delivery] = await sql`select scheme, address from deliveries where id = ${id}`
    expect(delivery).toMatchObject({ scheme: 'none', address: '203.0.113.9' })
  })

  test('waits on when still nobody understands it', async () => {
    const id = await post('ready', undefined)
    expect((await again.quarantined(id)).outcome).toBe('undecoded')
    expect(await waiting()).toEqual([id])
    expect(await eventsOf()).toHaveLength(0)
  })

  test('is told once, however often and however many ask at the same time', async () => {
    const id = await post('ready', undefined)
    await upgrade()
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => again.quarantined(id)))
    expect(asked.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    expect(await eventsOf()).toHaveLength(1)
  })

  test('is told once by two processes that ask at the same time', async () => {
    const id = await post('ready', undefined)
    await upgrade()
    const other = createDecodeAgain({
      sql: database.read,
      writer,
      allowances: ALLOWANCES,
      retentionEventsMs: 90 * DAY_MS,
      sources: () => sources,
      now: Date.now,
    })
    await Promise.allSettled([again.quarantined(id), other.quarantined(id)])
    expect(await eventsOf()).toHaveLength(1)
  })

  test('is not told again when we were cut off between the commit and the note that it is done', async () => {
    const id = await post('ready', undefined)
    await upgrade()
    await again.quarantined(id)
    await sql`update quarantine set resolved_at = null where id = ${id}`
    expect(await again.quarantined(id)).toEqual({ outcome: 'unchanged' })
    expect(await waiting()).toEqual([])
    expect(await eventsOf()).toHaveLength(1)
  })

  test('takes its place in time: what came after it still counts', async () => {
    const early = await post('ready', undefined, Date.now() - 60_000)
    await upgrade()
    const late = { dataType: 'disconnected', data: 'LOGOUT' }
    const id = Bun.randomUUIDv7()
    const body = new TextEncoder().encode(JSON.stringify({ ...late, sessionId: 'shop' }))
    await receive(deps, source, { id, receivedAt: Date.now(), method: 'POST', path: '/', pathSession: 'shop', headers: {}, body, address: '::1' })
    await again.quarantined(early)
    const [session] = await sql`select status from sessions where source_id = ${source.id}`
    expect(session?.status).toBe('disconnected')
    const transitions = await sql<
      { to: string }[]
    >`select to_status as to from transitions t join sessions s using (session_id) where s.source_id = ${source.id} order by t.at`
    expect(transitions.map(({ to }) => to)).toEqual(['connected', 'disconnected'])
  })

  test('stands in a partition of its own day, not among the strays', async () => {
    const id = await post('ready', undefined, Date.now() - 20 * DAY_MS)
    await upgrade()
    expect((await again.quarantined(id)).outcome).toBe('added')
    const [strays] = await sql`select (select count(*) from events_default)::int + (select count(*) from deliveries_default)::int as n`
    expect(strays?.n).toBe(0)
  })

  test('is refused when it arrived before what the ledger keeps', async () => {
    const id = await post('ready', undefined)
    await upgrade()
    now = Date.now() + 91 * DAY_MS
    expect(await again.quarantined(id)).toEqual({ outcome: 'expired' })
    expect(await waiting()).toEqual([id])
  })

  test('all of a source at once: what is understood goes, the rest waits', async () => {
    await post('ready', undefined, Date.now() - 2_000)
    await post('disconnected', 'LOGOUT', Date.now() - 1_000)
    const body = new TextEncoder().encode('not json')
    const receivedAt = Date.now()
    const id = Bun.randomUUIDv7('hex', receivedAt)
    await receive(deps, source, { id, receivedAt, method: 'POST', path: '/', pathSession: 'shop', headers: {}, body, address: '::1' })
    await upgrade()
    expect(await again.allQuarantined(source.id)).toEqual({ decoded: 2, left: 1 })
    expect((await eventsOf()).map(({ type }) => type)).toEqual(['session.connected', 'session.disconnected'])
    expect(await waiting()).toEqual([id])
  })
})

describe('the delivery of an event that is decoded again', () => {
  test('adds what the provider of today finds in it, and the delivery is kept once', async () => {
    const id = await post('ready', undefined)
    await upgrade()
    await again.quarantined(id)
    // As an older version would have kept it: under the sender's own name.
    await sql`update events set type = 'other' where source_id = ${source.id}`
    expect(await again.event(id)).toEqual({ outcome: 'added', events: 1 })
    expect(await again.event(id)).toEqual({ outcome: 'unchanged' })
    expect((await eventsOf()).map(({ type, delivery }) => [type, delivery])).toEqual([
      ['other', id],
      ['session.connected', id],
    ])
    const [deliveries] = await sql`select count(*)::int as n from deliveries where id = ${id}`
    expect(deliveries?.n).toBe(1)
  })

  test('says so when there is no such event, or its delivery is gone', async () => {
    await expect(again.event(Bun.randomUUIDv7())).rejects.toMatchObject({ code: 'not_found' })
    const id = await post('ready', undefined)
    await upgrade()
    await again.quarantined(id)
    await sql`delete from deliveries where id = ${id}`
    await expect(again.event(id)).rejects.toMatchObject({ code: 'gone' })
  })
})

test('the session is read from the path as the door reads it', () => {
  expect(sessionInPath('/api/whatsapp/webhook/a%20b/connection-update?x=/y')).toBe('a b')
  expect(sessionInPath('/api/whatsapp/waha/webhook/shop')).toBe('shop')
  expect(sessionInPath('/api/whatsapp/webhook/webhook')).toBe('webhook')
  expect(sessionInPath('/api/whatsapp/waha/webhook')).toBeNull()
  expect(sessionInPath('/api/whatsapp/webhook?token=x')).toBeNull()
  expect(sessionInPath('/api/whatsapp/webhook/%E0%A4%A')).toBe('%E0%A4%A')
})
