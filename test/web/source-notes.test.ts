import { afterAll, describe, expect, test } from 'bun:test'
import { sessionIdOf } from '../../src/domain/id'
import { insertQuarantined } from '../../src/store/quarantine'
import { upsertRejections } from '../../src/store/rejections'
import { addMismatches, addSightings } from '../../src/store/source-notes'
import { entry, event, message } from '../support/entries'
import { openSourcePages } from './source-pages'
import { API_KEY } from './support'

const { site, cookies, page, post, add } = await openSourcePages()
afterAll(() => site.close())
await add({ slug: 'waha-1' })

async function quarantine(body: string, slug = 'default', name = 'shop', receivedAt = Date.now()): Promise<string> {
  await site.sources.refresh()
  const source = site.sources.find(slug)
  const id = Bun.randomUUIDv7('hex', receivedAt)
  await insertQuarantined(site.database.write, {
    sessionId: sessionIdOf(source?.id as string, name),
    id,
    sourceId: source?.id as string,
    name,
    receivedAt,
    reason: 'nobody understands it',
    path: `/api/whatsapp/webhook/${name}`,
    address: '203.0.113.9',
    headers: '{"content-type":"application/json"}',
    body: new TextEncoder().encode(body),
    scheme: 'api-key',
  })
  return id
}

describe('what a source shows of its sender', () => {
  test('says which events never come, and what to do about it', async () => {
    await addSightings(site.database.write, [{ sourceId: site.source.id, provider: 'wwebjs-api', times: 7, firstAt: Date.now(), lastAt: Date.now() }])
    await site.write(entry('shop', [event('session.connected'), message('message.created', 'A1', { message: { fromMe: true } })]))
    const html = await page('/sources/default', 'viewer')
    expect(html).toContain('1 kind missing')
    expect(html).toContain('DISABLED_CALLBACKS')
    await site.write(entry('shop', [message('message.ack', 'A1', { message: { ack: 2 } })]))
    expect(await page('/sources/default')).not.toContain('kind missing')
  })

  test('proposes the sender, and takes it up when an admin confirms', async () => {
    expect(await page('/sources/default')).toContain('This sender is wwebjs-api')
    expect((await post('/sources/default/provider', { provider: 'wwebjs-api' })).status).toBe(200)
    expect(site.sources.default().provider).toBe('wwebjs-api')
    expect((await post('/sources/default/provider', { provider: 'waha' })).status).toBe(409)
  })

  test('warns when URL and body name different sessions, until that is put right', async () => {
    const note = { sourceId: site.source.id, pathSession: 'shop', bodySession: '<b>other', times: 3, firstAt: Date.now(), lastAt: Date.now() }
    await addMismatches(site.database.write, [note])
    const html = await page('/sources/default')
    expect(html).toContain('name different sessions')
    expect(html).not.toContain('<b>other')
    await post('/sources/default/mismatches/forget', {})
    expect(await page('/sources/default')).not.toContain('name different sessions')
  })

  test('tells refusals by reason: how often, from where, and the remedy; never what was sent', async () => {
    const row = {
      sourceId: site.source.id,
      slug: 'default',
      session: 'shop',
      code: 'mismatch',
      message: "X-Api-Key fits none of this source's secrets",
      times: 2,
    }
    await upsertRejections(site.database.write, [
      { ...row, address: '203.0.113.7', at: Date.now() - 120_000 },
      { ...row, address: '203.0.113.8', at: Date.now() },
    ])
    for (const path of ['/sources/default', '/sources/default/rejections']) {
      const html = await page(path, 'viewer')
      expect(html).toContain('4 ×')
      expect(html).toContain('203.0.113.8, 203.0.113.7')
      expect(html).toContain('Compare its last characters')
    }
    expect(await page('/sources')).toContain('<b>4</b> refused in 24 h')
  })

  test('shows what was posted to a URL that names no source', async () => {
    await upsertRejections(site.database.write, [
      {
        sourceId: null,
        slug: null,
        session: null,
        address: '203.0.113.7',
        code: 'unknown_source',
        message: 'the URL names a source that does not exist',
        at: Date.now(),
        times: 9,
      },
    ])
    expect(await page('/sources')).toContain('The URL names a source that does not exist')
  })
})

describe('the quarantine', () => {
  test('is listed with its reason, shown whole, and decoded again by an operator', async () => {
    const id = await quarantine('{"dataType":"ready","sessionId":"kept"}', 'default', 'kept')
    expect(await page('/sources/default/quarantine', 'viewer')).toContain('nobody understands it')
    expect(await page(`/sources/default/quarantine/${id}`, 'viewer')).toContain('dataType')
    const decoded = await post(`/sources/default/quarantine/${id}/replays`, {}, 'operator')
    expect([decoded.status, decoded.headers.get('location')]).toEqual([303, `/events/${id}`])
    expect(await page(`/events/${id}`)).toContain('session.connected')
    expect(await (await post(`/events/${id}/replays`, {}, 'operator')).text()).toContain('The ledger has all')
    expect((await post(`/sources/default/quarantine/${id}/replays`, {}, 'operator')).status).toBe(409)
  })

  test('decodes all again, says how many wait on, and lets them be put away', async () => {
    await quarantine('{"dataType":"ready","sessionId":"kept-2"}', 'default', 'kept-2')
    const odd = await quarantine('not json')
    const html = await (await post('/sources/default/quarantine/replays', {}, 'operator')).text()
    expect(html).toContain('1 delivery decoded')
    expect(html).toContain('1 still waits')
    expect(await (await post(`/sources/default/quarantine/${odd}/replays`, {}, 'operator')).text()).toContain('Still not understood: the body is not JSON')
    expect((await post(`/sources/default/quarantine/${odd}/put-away`, {}, 'operator')).status).toBe(303)
    expect(await page('/sources/default/quarantine')).toContain('Nothing waits here')
  })

  test('of one source is not reached through another', async () => {
    const id = await quarantine('not json')
    expect((await site.fetch(`/sources/waha-1/quarantine/${id}`, { headers: { cookie: cookies.admin } })).status).toBe(404)
    expect((await post(`/sources/waha-1/quarantine/${id}/put-away`, {})).status).toBe(404)
  })

  test('is decoded over the JSON API by the id that the sender was told', async () => {
    const id = await quarantine('{"dataType":"ready","sessionId":"kept-3"}', 'default', 'kept-3')
    const replay = () => site.fetch(`/api/v1/events/${id}/replays`, { method: 'POST', headers: { authorization: `Bearer ${API_KEY}` } })
    expect(await (await replay()).json()).toEqual({ outcome: 'added', events: 1, reason: null })
    expect(await (await replay()).json()).toEqual({ outcome: 'unchanged', events: 0, reason: null })
  })
})
