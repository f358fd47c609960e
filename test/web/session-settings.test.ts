import { afterAll, describe, expect, test } from 'bun:test'
import { entry, event } from '../support/entries'
import { API_KEY, logInAll, openSite, postForm } from './support'

const site = await openSite()
afterAll(() => site.close())
const cookies = await logInAll(site)
const sql = site.database.read
await site.write(entry('shop', [event('session.connected')]))
await site.write(entry('desk', [event('session.connected')]))
const idOf = async (role: string) => (await sql<{ id: string }[]>`select id from operators where email = ${`${role}@example.org`}`)[0]?.id as string
const [ada, olga, vera] = [await idOf('admin'), await idOf('operator'), await idOf('viewer')]

const settingsOf = async (name: string) =>
  (
    await sql`select owner_id as owner, stale_after_ms as stale, qr_expires_after_ms as qr, connecting_timeout_ms as connecting from sessions where name = ${name}`
  )[0]
const api = (method: string, path: string, body?: unknown) =>
  site.fetch(path, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const patch = async (name: string, body: unknown) => (await api('PATCH', `/api/v1/sessions/default/${name}`, body)).status
const patchSource = async (body: unknown) => (await api('PATCH', '/api/v1/sources/default', body)).status

describe('who answers for a session', () => {
  test('is set through the API by id or e-mail address, and shown there; nobody is null', async () => {
    expect(await patch('shop', { ownerId: olga })).toBe(204)
    expect(await (await api('GET', '/api/v1/sessions/default/shop')).json()).toMatchObject({ ownerId: olga })
    expect(await patch('shop', { ownerId: 'VIEWER@example.org' })).toBe(204)
    expect(await (await api('GET', '/api/v1/sessions/default/shop')).json()).toMatchObject({ ownerId: vera })
    expect(await patch('shop', { ownerId: null })).toBe(204)
    expect(await (await api('GET', '/api/v1/sessions/default/shop')).json()).toMatchObject({ ownerId: null })
  })

  test('is an operator: for anybody else the answer is 400, of a source too, and nothing changes', async () => {
    expect(await patch('shop', { ownerId: 'nobody@example.org', staleAfterMs: 60_000 })).toBe(400)
    expect(await patchSource({ ownerId: 'made-up' })).toBe(400)
    expect(await settingsOf('shop')).toEqual({ owner: null, stale: null, qr: null, connecting: null })
  })

  test('and its allowances are changed each for itself: what is left out stays, null goes back to the source’s', async () => {
    await patch('shop', { ownerId: olga, staleAfterMs: 60_000, connectingTimeoutMs: 30_000 })
    await patch('shop', { ownerId: vera, connectingTimeoutMs: null })
    expect(await settingsOf('shop')).toEqual({ owner: vera, stale: 60_000, qr: null, connecting: null })
    await patch('shop', { staleAfterMs: null })
  })

  test('stays whoever it was, whatever the session does next', async () => {
    await patch('shop', { ownerId: vera })
    const told = entry('shop', [event('session.disconnected', { session: { reason: 'network' } }), event('session.connected')])
    await site.write({ ...told, session: { ...told.session, ownerId: ada } })
    expect((await settingsOf('shop'))?.owner).toBe(vera)
  })

  test('follows the source for the sessions that had its owner, and for no other', async () => {
    expect(await patchSource({ ownerId: ada })).toBe(200)
    expect([(await settingsOf('shop'))?.owner, (await settingsOf('desk'))?.owner]).toEqual([vera, ada])
    expect(await patchSource({ label: 'Renamed' })).toBe(200)
    expect((await settingsOf('desk'))?.owner).toBe(ada)
    await patch('shop', { ownerId: null })
    expect(await patchSource({ ownerId: 'operator@example.org' })).toBe(200)
    expect([(await settingsOf('shop'))?.owner, (await settingsOf('desk'))?.owner]).toEqual([null, olga])
    expect(await patchSource({ ownerId: null })).toBe(200)
    expect((await settingsOf('desk'))?.owner).toBe(null)
  })
})

describe('the settings on a session’s page', () => {
  const page = async (role: keyof typeof cookies) => (await site.fetch('/sessions/default/desk', { headers: { cookie: cookies[role] } })).text()
  const save = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    postForm(
      site,
      '/sessions/default/desk',
      { owner: '', staleAfter: '', qrExpiresAfter: '', connectingTimeout: '', ...fields },
      { cookie: cookies.admin, ...headers },
    )

  test('are a form for admins alone', async () => {
    expect(await page('admin')).toContain('Who answers for it')
    expect(await page('operator')).not.toContain('Who answers for it')
    expect(await page('viewer')).not.toContain('Who answers for it')
  })

  test('are saved without a script and shown again; an empty field is as the source has it, which is told', async () => {
    const saved = await save({ owner: olga, staleAfter: '30', connectingTimeout: '90' })
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/sessions/default/desk'])
    expect(await settingsOf('desk')).toEqual({ owner: olga, stale: 1_800_000, qr: null, connecting: 90_000 })
    await patchSource({ qrExpiresAfterMs: 45_000 })
    const html = await page('admin')
    expect(html).toMatch(new RegExp(`<option value="${olga}" selected`))
    expect(html).toMatch(/name="staleAfter"[^>]*value="30"/)
    expect(html).toMatch(/name="qrExpiresAfter"[^>]*value=""[^>]*placeholder="45"/)
    await save({})
    expect(await settingsOf('desk')).toEqual({ owner: null, stale: null, qr: null, connecting: null })
  })

  test('leave an allowance that the API set to the millisecond, when the field says what it showed', async () => {
    await patch('desk', { staleAfterMs: 20_000, qrExpiresAfterMs: 1_500 })
    const html = await page('admin')
    expect(html).toMatch(/name="staleAfter"[^>]*value="1"/)
    expect(html).toMatch(/name="qrExpiresAfter"[^>]*value="2"/)
    expect((await save({ owner: olga, staleAfter: '1', qrExpiresAfter: '2' })).status).toBe(303)
    expect(await settingsOf('desk')).toEqual({ owner: olga, stale: 20_000, qr: 1_500, connecting: null })
    await save({ staleAfter: '1', qrExpiresAfter: '3' })
    expect(await settingsOf('desk')).toEqual({ owner: null, stale: 20_000, qr: 3_000, connecting: null })
    await save({})
  })

  test('that cannot be are refused on the same page, and none of them is saved', async () => {
    const refused = await save({ owner: olga, staleAfter: 'soon' })
    expect(refused.status).toBe(400)
    const html = await refused.text()
    expect(html).toContain('Connected and silent, minutes: a whole number')
    expect(html).toMatch(/<details[^>]*id="settings"[^>]* open/)
    expect((await save({ owner: 'made-up' })).status).toBe(400)
    expect((await settingsOf('desk'))?.owner).toBe(null)
  })

  test('are not for another site to send, and of no session that is not there', async () => {
    expect((await save({ owner: olga }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await settingsOf('desk'))?.owner).toBe(null)
    expect((await postForm(site, '/sessions/default/none', {}, { cookie: cookies.admin })).status).toBe(404)
  })
})
