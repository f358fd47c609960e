/** The senders that speak WhatsApp's own protocol, without a browser. */
import { afterAll, describe, expect, test } from 'bun:test'
import { evolutionApi } from '../../src/control/controllers/evolution-api'
import { gowa } from '../../src/control/controllers/gowa'
import { wuzapi } from '../../src/control/controllers/wuzapi'
import { CODE, failure, link, value } from './asking'
import { EVOLUTION_KEY, evolutionStandIn } from './stand-ins/evolution-api'
import { GOWA_LOGIN, gowaStandIn, WUZAPI_ADMIN, wuzapiStandIn } from './stand-ins/others'

const servers = {
  evolution: evolutionStandIn(),
  gowa: gowaStandIn(),
  wuzapi: wuzapiStandIn(),
}
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())))

describe('Evolution API', () => {
  const { instances } = servers.evolution
  const { api } = link(evolutionApi, servers.evolution, EVOLUTION_KEY)

  test('connects with a code, restarts what is open, and logs out', async () => {
    instances.set('demo', { state: 'close' })
    expect(await failure(evolutionApi.restart?.(api, 'demo'))).toMatchObject({ kind: 'refused', message: expect.stringContaining('is not connected') })
    expect(await value(evolutionApi.start?.(api, 'demo'))).toEqual({ status: 'qr', qr: '2@evolution,code,1' })
    expect(await value(evolutionApi.pairingCode?.(api, 'demo', '4915112345678'))).toBe('WXYZ5678')
    expect(await value(evolutionApi.status?.(api, 'demo'))).toMatchObject({ status: 'starting', fits: expect.arrayContaining(['qr']) })
    instances.set('demo', { state: 'open' })
    expect(await value(evolutionApi.start?.(api, 'demo'))).toEqual({ status: 'connected' })
    expect(await value(evolutionApi.restart?.(api, 'demo'))).toEqual({})
    expect(await value(evolutionApi.logout?.(api, 'demo'))).toEqual({})
    expect(await failure(evolutionApi.start?.(api, 'nobody'))).toMatchObject({ kind: 'missing', message: expect.stringContaining('does not exist') })
  })

  test('gives again the code that was missed while it waits for a scan, and is never started by the question', async () => {
    instances.set('missed', { state: 'connecting', code: CODE })
    expect(await value(evolutionApi.qr?.(api, 'missed'))).toBe(CODE)
    for (const state of ['close', 'open'] as const) {
      instances.set('missed', { state })
      expect(await value(evolutionApi.qr?.(api, 'missed'))).toBeNull()
      expect(instances.get('missed')?.state).toBe(state)
    }
    expect(await failure(evolutionApi.qr?.(api, 'nobody'))).toMatchObject({ kind: 'missing' })
  })

  test('lists its instances without their tokens', async () => {
    instances.set('up', { state: 'open', ownerJid: '4915112345678@s.whatsapp.net', profileName: 'Front desk' })
    const listed = await value(evolutionApi.list?.(api))
    expect(listed.at(-1)).toEqual({ name: 'up', answer: { status: 'connected', account: { id: '4915112345678@s.whatsapp.net', name: 'Front desk' } } })
    expect(JSON.stringify(listed)).not.toContain('TOKEN')
  })

  test('may fail with HTTP 200', async () => {
    servers.evolution.misbehave(() => Response.json({ error: true, message: 'instance is locked' }))
    expect(await failure(evolutionApi.restart?.(api, 'demo'))).toEqual({ kind: 'refused', message: 'The sender refuses it: “instance is locked”' })
    servers.evolution.misbehave(null)
  })
})

describe('GOWA', () => {
  const { sessions } = servers.gowa
  const { api } = link(gowa, servers.gowa, GOWA_LOGIN)

  test('draws its code as a picture, which is read; the host of its link is not believed', async () => {
    sessions.set('desk', { connected: false, loggedIn: false, code: CODE })
    expect(await value(gowa.start?.(api, 'desk'))).toEqual({ status: 'qr', qr: CODE })
    expect(servers.gowa.asked.at(-1)).toMatchObject({ path: '/statics/images/qr/desk.png' })
    expect(await value(gowa.pairingCode?.(api, 'desk', '4915112345678'))).toBe('GOWA-1234')
    expect(servers.gowa.asked.at(-1)?.path).toBe('/devices/desk/login/code?phone=4915112345678')
  })

  test('tells the state by two flags', async () => {
    expect(await value(gowa.status?.(api, 'desk'))).toMatchObject({ status: 'disconnected', reason: 'logged_out', fits: expect.arrayContaining(['qr']) })
    expect(await failure(gowa.restart?.(api, 'desk'))).toMatchObject({ kind: 'refused', message: expect.stringContaining('is not logged in') })
    sessions.set('desk', { connected: true, loggedIn: true })
    expect(await value(gowa.status?.(api, 'desk'))).toEqual({ status: 'connected' })
    sessions.set('desk', { connected: false, loggedIn: true })
    expect(await value(gowa.status?.(api, 'desk'))).toMatchObject({ status: 'disconnected', reason: 'network' })
    expect(await value(gowa.list?.(api))).toEqual([
      { name: 'desk', answer: { status: 'connected', account: { id: '4915112345678@s.whatsapp.net', name: 'Front desk' } } },
    ])
    expect(await value(gowa.restart?.(api, 'desk'))).toEqual({})
    expect(await value(gowa.logout?.(api, 'desk'))).toEqual({})
    expect(await failure(gowa.status?.(api, 'nobody'))).toEqual({ kind: 'missing', message: 'The sender has no such device' })
    sessions.clear()
    expect(await value(gowa.list?.(api))).toEqual([])
  })
})

describe('wuzapi', () => {
  const { sessions } = servers.wuzapi
  const { api } = link(wuzapi, servers.wuzapi, WUZAPI_ADMIN)

  test("acts with the user's own token, and keeps the subscriptions that it has", async () => {
    sessions.set('sales', { connected: false, loggedIn: false, code: CODE, events: 'Message,QR' })
    expect(await value(wuzapi.start?.(api, 'sales'))).toEqual({})
    expect(servers.wuzapi.asked.at(-1)).toMatchObject({ headers: { token: 'token-of-sales' }, body: { Subscribe: ['Message', 'QR'], Immediate: true } })
    expect(await failure(wuzapi.start?.(api, 'sales'))).toMatchObject({ kind: 'refused', message: expect.stringContaining('HTTP 500') })
    expect(await value(wuzapi.status?.(api, 'sales'))).toEqual({ status: 'qr', qr: CODE })
    expect(await value(wuzapi.qr?.(api, 'sales'))).toBe(CODE)
    expect(await value(wuzapi.pairingCode?.(api, 'sales', '4915112345678'))).toBe('WUZA-1234')
    sessions.set('sales', { connected: true, loggedIn: true })
    expect(await value(wuzapi.status?.(api, 'sales'))).toEqual({ status: 'connected', account: { id: '4915112345678:3@s.whatsapp.net' } })
    expect(await value(wuzapi.list?.(api))).toEqual([{ name: 'sales' }])
    expect(await value(wuzapi.stop?.(api, 'sales'))).toEqual({})
    expect(await value(wuzapi.logout?.(api, 'sales'))).toEqual({})
    expect(await failure(wuzapi.status?.(api, 'nobody'))).toMatchObject({ kind: 'missing' })
  })

  test('takes a key that is no admin token for the token of the only user', async () => {
    const own = link(wuzapi, servers.wuzapi, 'token-of-sales')
    expect(await value(wuzapi.status?.(own.api, 'whatever'))).toMatchObject({ status: 'disconnected' })
  })
})
