import { afterAll, expect, test } from 'bun:test'
import { SCOPES, type Scope } from '../../src/domain/scope'
import type { Role } from '../../src/store/operators'
import { createApiKey } from '../../src/web/auth/api-keys'
import { entry, event } from '../support/entries'
import { API_KEY, logInAll, openSite, postForm } from './support'

const site = await openSite()
afterAll(() => site.close())
const cookies = await logInAll(site)
const written = await site.write(entry('sales', [event('session.qr', { session: { qr: '2@code' } })]))

/** What each route of the dashboard answers to nobody, a viewer, an operator and an admin. */
const PAGES: Record<string, [nobody: number, viewer: number, operator: number, admin: number]> = {
  'GET /': [303, 200, 200, 200],
  'GET /sessions/default/sales': [303, 200, 200, 200],
  'POST /sessions/default/sales': [303, 403, 403, 303],
  'GET /events': [303, 200, 200, 200],
  [`GET /events/${written.id}`]: [303, 200, 200, 200],
  'POST /events/none/replays': [303, 403, 404, 404],
  'GET /live?topic=sessions': [401, 200, 200, 200],
  'GET /settings/api-keys': [303, 403, 403, 200],
  'POST /settings/api-keys': [303, 403, 403, 200],
  'POST /settings/api-keys/none/revoke': [303, 403, 403, 404],
  'POST /sessions/default/sales/control/start': [303, 403, 409, 409],
  'GET /sources/default/control': [303, 403, 403, 200],
  'POST /sources/default/control': [303, 403, 403, 400],
  'POST /sources/default/control/test': [303, 403, 403, 400],
  'POST /sources/default/control/import': [303, 403, 403, 409],
  'POST /sources/default/control/remove': [303, 403, 403, 200],
  'GET /sources': [303, 200, 200, 200],
  'GET /connect': [303, 403, 403, 200],
  'POST /connect': [303, 403, 403, 400],
  'GET /sources/default': [303, 200, 200, 200],
  'POST /sources/default': [303, 403, 403, 400],
  'GET /sources/default/connect': [303, 200, 200, 200],
  'POST /sources/default/delete': [303, 403, 403, 400],
  'POST /sources/default/provider': [303, 403, 403, 400],
  'POST /sources/default/secrets': [303, 403, 403, 200],
  'POST /sources/default/secrets/none/retire': [303, 403, 403, 404],
  'POST /sources/default/mismatches/forget': [303, 403, 403, 200],
  'GET /sources/default/rejections': [303, 200, 200, 200],
  'GET /sources/default/quarantine': [303, 200, 200, 200],
  'POST /sources/default/quarantine/replays': [303, 403, 200, 200],
  'GET /sources/default/quarantine/none': [303, 404, 404, 404],
  'POST /sources/default/quarantine/none/replays': [303, 403, 404, 404],
  'POST /sources/default/quarantine/none/put-away': [303, 403, 404, 404],
  'GET /login': [200, 303, 303, 303],
  'POST /login': [401, 401, 401, 401],
  'GET /setup': [410, 410, 410, 410],
  'POST /setup': [410, 410, 410, 410],
  'GET /assets/app.css': [200, 200, 200, 200],
  'GET /favicon.ico': [200, 200, 200, 200],
  'GET /healthz': [200, 200, 200, 200],
  'GET /readyz': [200, 200, 200, 200],
  'GET /metrics': [200, 200, 200, 200],
  'GET /api/docs': [200, 200, 200, 200],
  'GET /api/v1/openapi.json': [200, 200, 200, 200],
}

/** The API: no key, and keys with one scope each; operators' browsers have the scope of their role. */
const API: Record<string, [nobody: number, read: number, write: number, admin: number]> = {
  'GET /api/v1/sessions': [401, 200, 200, 200],
  'GET /api/v1/sessions/default/sales': [401, 200, 200, 200],
  'GET /api/v1/sessions/default/sales/events': [401, 200, 200, 200],
  'GET /api/v1/sessions/default/sales/transitions': [401, 200, 200, 200],
  'GET /api/v1/sessions/default/sales/messages': [401, 200, 200, 200],
  'GET /api/v1/sessions/default/sales/qr.svg': [401, 200, 200, 200],
  'GET /api/v1/sessions/default/sales/qr.png': [401, 200, 200, 200],
  'GET /api/v1/events': [401, 200, 200, 200],
  'GET /api/v1/stream?topic=sessions': [401, 200, 200, 200],
  'POST /api/v1/events/none/replays': [401, 403, 404, 404],
  'GET /api/v1/rejections': [401, 200, 200, 200],
  'GET /api/v1/quarantine': [401, 200, 200, 200],
  'PATCH /api/v1/sessions/default/none': [401, 403, 403, 400],
  'GET /api/v1/sources': [401, 403, 403, 200],
  'POST /api/v1/sources': [401, 403, 403, 400],
  'GET /api/v1/sources/default': [401, 403, 403, 200],
  'PATCH /api/v1/sources/none': [401, 403, 403, 400],
  'DELETE /api/v1/sources/none': [401, 403, 403, 404],
  'POST /api/v1/sources/none/secrets': [401, 403, 403, 400],
  'DELETE /api/v1/sources/none/secrets/none': [401, 403, 403, 404],
  'GET /api/v1/sources/default/recognition': [401, 403, 403, 200],
  'POST /api/v1/sources/none/recognition': [401, 403, 403, 400],
  'GET /api/v1/sources/default/mismatches': [401, 403, 403, 200],
  'DELETE /api/v1/sources/none/mismatches': [401, 403, 403, 404],
  'POST /api/v1/sessions/default/sales/start': [401, 403, 409, 409],
  'POST /api/v1/sessions/default/sales/stop': [401, 403, 409, 409],
  'POST /api/v1/sessions/default/sales/restart': [401, 403, 409, 409],
  'POST /api/v1/sessions/default/sales/logout': [401, 403, 409, 409],
  'POST /api/v1/sessions/default/sales/pairing-codes': [401, 403, 400, 400],
  'GET /api/v1/sources/none/control': [401, 403, 403, 404],
  'POST /api/v1/sources/none/control': [401, 403, 403, 400],
  'DELETE /api/v1/sources/none/control': [401, 403, 403, 404],
  'POST /api/v1/sources/none/control/tests': [401, 403, 403, 404],
  'POST /api/v1/sources/none/control/imports': [401, 403, 403, 404],
  'GET /api/v1/api-keys': [401, 403, 403, 200],
  'POST /api/v1/api-keys': [401, 403, 403, 400],
  'DELETE /api/v1/api-keys/none': [401, 403, 403, 404],
}

async function statusOf(route: string, headers: Record<string, string>): Promise<number> {
  const [method, path] = route.split(' ') as [string, string]
  const response =
    method === 'POST' && !path.startsWith('/api/')
      ? await postForm(site, path, { name: 'made by the matrix', scopes: 'read' }, headers)
      : await site.fetch(path, { method, headers: { 'sec-fetch-site': 'same-origin', ...headers } })
  await response.body?.cancel()
  return response.status
}

test('every page is open to exactly the roles that it is for', async () => {
  for (const [route, expected] of Object.entries(PAGES)) {
    const roles: (Role | null)[] = [null, 'viewer', 'operator', 'admin']
    const got = []
    for (const role of roles) got.push(await statusOf(route, role ? { cookie: cookies[role] } : {}))
    expect([route, ...got]).toEqual([route, ...expected])
  }
})

test('every route of the API is open to exactly the scopes that it is for', async () => {
  const keys = {} as Record<Scope, string>
  for (const scope of SCOPES) keys[scope] = (await createApiKey(site.database.write, { name: scope, scopes: [scope], operatorId: 'system' }, Date.now())).key
  for (const [route, expected] of Object.entries(API)) {
    const got = [await statusOf(route, {})]
    for (const scope of SCOPES) got.push(await statusOf(route, { authorization: `Bearer ${keys[scope]}` }))
    expect([route, ...got]).toEqual([route, ...expected])
    const browsers = []
    for (const role of ['viewer', 'operator', 'admin'] as const) browsers.push(await statusOf(route, { cookie: cookies[role] }))
    expect([route, ...browsers]).toEqual([route, ...expected.slice(1)])
  }
})

test('no route stands outside the two tables', () => {
  const known = new Set(
    [...Object.keys(PAGES), ...Object.keys(API), 'POST /logout'].map((route) =>
      shapeOf(route.split(' ')[0] as string, (route.split(' ')[1] as string).split('?')[0] as string),
    ),
  )
  const mounted = site.app.routes.filter((route) => !route.path.includes('*')).map((route) => shapeOf(route.method, route.path))
  expect(mounted.filter((route) => !known.has(route))).toEqual([])
})

/** Names and ids count as parameters. */
function shapeOf(method: string, path: string): string {
  return `${method} ${path
    .replace(/\/assets\/[^/]+/, '/assets/_')
    .replace(/(sessions|events|api-keys|sources|secrets)\/[^/]+/, '$1/_')
    .replace(/secrets\/[^/]+/, 'secrets/_')
    .replace(/quarantine\/(?!replays$)[^/]+/, 'quarantine/_')
    .replace(/(sessions\/_)\/[^/]+/, '$1/_')
    .replace(/(sessions\/_\/_\/control)\/[^/]+/, '$1/_')}`
}

test('a key that is revoked, has expired or never was opens nothing', async () => {
  const { key, id } = await createApiKey(site.database.write, { name: 'short', scopes: ['read'], operatorId: 'system' }, Date.now())
  const old = await createApiKey(site.database.write, { name: 'old', scopes: ['read'], operatorId: 'system', expiresAt: Date.now() - 1 }, Date.now())
  const status = (bearer: string) => statusOf('GET /api/v1/sessions', { authorization: `Bearer ${bearer}` })
  expect(await status(key)).toBe(200)
  expect(await statusOf('GET /api/v1/sessions', { 'x-api-key': key })).toBe(200)
  expect(await status(old.key)).toBe(401)
  expect(await status(`${key}x`)).toBe(401)
  expect((await site.fetch(`/api/v1/api-keys/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${API_KEY}` } })).status).toBe(204)
  expect(await status(key)).toBe(401)
  const [row] = await site.database.write`select count(*)::int as n from api_keys where hash like ${`%${key}%`}`
  expect(row?.n).toBe(0)
})
