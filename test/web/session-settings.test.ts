import { afterAll, describe, expect, test } from 'bun:test'
import { entry, event } from '../support/entries'
import { API_KEY, logInAll, openSite } from './support'

const site = await openSite()
afterAll(() => site.close())
await logInAll(site)
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
