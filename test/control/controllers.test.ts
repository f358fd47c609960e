import { afterAll, describe, expect, test } from 'bun:test'
import { linkTo } from '../../src/control/book'
import type { Controller } from '../../src/control/controller'
import { CONTROLLERS, findController } from '../../src/control/controllers'
import { evolutionApi } from '../../src/control/controllers/evolution-api'
import { gowa } from '../../src/control/controllers/gowa'
import { openWaV4, openWaV5 } from '../../src/control/controllers/open-wa'
import { waha } from '../../src/control/controllers/waha'
import { wppconnectServer } from '../../src/control/controllers/wppconnect-server'
import { wuzapi } from '../../src/control/controllers/wuzapi'
import { whatsappApi, wwebjsApi } from '../../src/control/controllers/wwebjs-api'
import type { Told } from '../../src/control/told'
import { EVOLUTION_KEY, evolutionStandIn } from './stand-ins/evolution-api'
import {
  GOWA_LOGIN,
  gowaStandIn,
  OPEN_WA_KEY,
  openWaV4StandIn,
  openWaV5StandIn,
  WPP_SECRET,
  WUZAPI_ADMIN,
  wppconnectStandIn,
  wuzapiStandIn,
} from './stand-ins/others'
import { MISBEHAVIOURS, type StandIn } from './stand-ins/stand-in'
import { WAHA_KEY, wahaStandIn } from './stand-ins/waha'
import { WWEBJS_KEY, wwebjsStandIn } from './stand-ins/wwebjs-api'

const servers = {
  wwebjs: wwebjsStandIn(),
  waha: wahaStandIn(),
  evolution: evolutionStandIn(),
  wpp: wppconnectStandIn(),
  gowa: gowaStandIn(),
  wuzapi: wuzapiStandIn(),
  v4: openWaV4StandIn(),
  v5: openWaV5StandIn(),
}
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())))

const link = (controller: Controller, server: StandIn, key: string | null) => linkTo({ sourceId: '', source: '' }, controller, { baseUrl: server.url, key })
const failure = async (told: Promise<Told<unknown>> | undefined) => {
  const answer = await told
  if (!answer || answer.ok) throw new Error('it did work')
  return answer.failure
}
const value = async <T>(told: Promise<Told<T>> | undefined): Promise<T> => {
  const answer = await told
  if (!answer?.ok) throw new Error(answer ? answer.failure.message : 'not offered')
  return answer.value
}
const CODE = '2@AbCdEf123,ghiJKL456,mnoPQR789,1'

describe('wwebjs-api', () => {
  const { sessions } = servers.wwebjs
  const { api } = link(wwebjsApi, servers.wwebjs, WWEBJS_KEY)

  test('starts, restarts, stops and terminates with its GETs', async () => {
    expect(await value(wwebjsApi.start?.(api, 'a'))).toEqual({})
    expect(servers.wwebjs.asked.at(-1)).toMatchObject({ method: 'GET', path: '/session/start/a', headers: { 'x-api-key': WWEBJS_KEY } })
    expect(await failure(wwebjsApi.start?.(api, 'a'))).toEqual({ kind: 'refused', message: 'The sender refuses it: “Session already exists for: a”' })
    await value(wwebjsApi.restart?.(api, 'a'))
    await value(wwebjsApi.stop?.(api, 'a'))
    expect(sessions.has('a')).toBe(false)
  })

  test('takes HTTP 200 with success: false for the refusal that it is', async () => {
    expect(await failure(wwebjsApi.restart?.(api, 'nobody'))).toMatchObject({ kind: 'missing' })
    expect(await failure(wwebjsApi.logout?.(api, 'nobody'))).toMatchObject({ kind: 'missing' })
    expect(await failure(wwebjsApi.pairingCode?.(api, 'nobody', '1'))).toMatchObject({ kind: 'missing' })
  })

  test('tells the state as its webhooks would, and a code from an unlinked session', async () => {
    sessions
      .set('up', { state: 'CONNECTED' })
      .set('scan', { state: 'UNPAIRED', qr: CODE })
      .set('out', { state: 'UNPAIRED' })
      .set('dead', { state: null, message: 'browser tab closed' })
      .set('young', { state: null })
      .set('odd', { state: 'CONFLICT' })
    const status = (name: string) => value(wwebjsApi.status?.(api, name))
    expect(await status('up')).toEqual({ status: 'connected', detail: 'CONNECTED' })
    expect(await status('scan')).toEqual({ status: 'qr', qr: CODE })
    expect(await status('out')).toMatchObject({ status: 'disconnected', reason: 'logged_out', fits: expect.arrayContaining(['qr']) })
    expect(await status('dead')).toEqual({ status: 'disconnected', reason: 'unknown', detail: 'browser tab closed' })
    expect(await status('young')).toEqual({ detail: 'session_not_connected' })
    expect(await status('odd')).toMatchObject({ status: 'disconnected', reason: 'replaced' })
    expect(await status('nobody')).toMatchObject({ status: 'disconnected', detail: 'session_not_found', fits: expect.arrayContaining(['starting', 'qr']) })
    expect(await value(wwebjsApi.list?.(api))).toEqual(['up', 'scan', 'out', 'dead', 'young', 'odd'].map((name) => ({ name })))
    expect(await value(wwebjsApi.pairingCode?.(api, 'scan', '4915112345678'))).toBe('ABCD1234')
    expect(servers.wwebjs.asked.at(-1)).toMatchObject({ method: 'POST', body: { phoneNumber: '4915112345678' } })
  })

  test('of old has no stop, no list and no pairing code', () => {
    expect([whatsappApi.stop, whatsappApi.list, whatsappApi.pairingCode]).toEqual([undefined, undefined, undefined])
  })
})

describe('WAHA', () => {
  const { sessions } = servers.waha
  const { api } = link(waha, servers.waha, WAHA_KEY)

  test('starts, stops, restarts and logs out, and says what the session is then', async () => {
    sessions.set('default', { status: 'STOPPED' })
    expect(await value(waha.start?.(api, 'default'))).toMatchObject({ status: 'starting' })
    expect(servers.waha.asked.at(-1)).toMatchObject({ method: 'POST', path: '/api/sessions/default/start', headers: { 'x-api-key': WAHA_KEY } })
    expect(await value(waha.stop?.(api, 'default'))).toMatchObject({ status: 'disconnected', reason: 'stopped' })
    expect(await failure(waha.start?.(api, 'nobody'))).toEqual({ kind: 'missing', message: 'The sender does not know it (HTTP 404): “Session not found”' })
  })

  test('gives its code raw, and none unless it waits for a scan', async () => {
    sessions.set('scan', { status: 'SCAN_QR_CODE', code: CODE }).set('up', { status: 'WORKING', me: { id: '4915112345678@c.us', pushName: 'Front desk' } })
    expect(await value(waha.qr?.(api, 'scan'))).toBe(CODE)
    expect(await value(waha.qr?.(api, 'up'))).toBeNull()
    expect(await value(waha.pairingCode?.(api, 'scan', '4915112345678'))).toBe('ABCD-ABCD')
    expect(await value(waha.status?.(api, 'up'))).toEqual({ status: 'connected', account: { id: '4915112345678@c.us', name: 'Front desk' } })
    expect((await value(waha.list?.(api))).map(({ name, answer }) => [name, answer?.status])).toEqual([
      ['default', 'disconnected'],
      ['scan', 'qr'],
      ['up', 'connected'],
    ])
    sessions.set('key', { status: 'PASSKEY_REQUIRED' })
    expect(await value(waha.status?.(api, 'key'))).toEqual({ detail: 'PASSKEY_REQUIRED' })
  })
})

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

describe('WPPConnect server', () => {
  const { sessions } = servers.wpp
  const { api } = link(wppconnectServer, servers.wpp, WPP_SECRET)

  test('buys a token for each session with the secret key', async () => {
    expect(await value(wppconnectServer.start?.(api, 'a'))).toEqual({})
    expect(servers.wpp.asked.at(-1)).toMatchObject({ path: '/api/a/start-session', headers: { authorization: 'Bearer $2b$10$a' }, body: { waitQrCode: false } })
    sessions.set('a', { status: 'QRCODE', urlcode: CODE })
    expect(await value(wppconnectServer.status?.(api, 'a'))).toEqual({ status: 'qr', qr: CODE })
    expect(await value(wppconnectServer.qr?.(api, 'a'))).toBe(CODE)
    expect(await value(wppconnectServer.pairingCode?.(api, 'a', '4915112345678'))).toBeNull()
    expect(await value(wppconnectServer.list?.(api))).toEqual([{ name: 'a' }])
    expect(await value(wppconnectServer.stop?.(api, 'a'))).toEqual({})
    expect(await value(wppconnectServer.status?.(api, 'a'))).toMatchObject({ status: 'disconnected' })
    expect(await failure(wppconnectServer.logout?.(api, 'a'))).toMatchObject({ kind: 'refused', message: expect.stringContaining('Error closing session') })
  })

  test('refuses a wrong secret with HTTP 400, and its words do not carry it', async () => {
    const wrong = link(wppconnectServer, servers.wpp, 'wrong/secret')
    for (const told of [wppconnectServer.status?.(wrong.api, 'a'), wppconnectServer.list?.(wrong.api)])
      expect(await failure(told)).toEqual({ kind: 'key', message: 'The sender refuses the secret key' })
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

describe('open-wa', () => {
  test('v4 tells its state word, and is restarted, stopped and logged out by POST', async () => {
    const { api } = link(openWaV4, servers.v4, OPEN_WA_KEY)
    expect(await value(openWaV4.status?.(api, 's'))).toEqual({ status: 'connected', detail: 'CONNECTED' })
    servers.v4.state.word = 'CONFLICT'
    expect(await value(openWaV4.status?.(api, 's'))).toMatchObject({ status: 'disconnected', reason: 'replaced' })
    for (const action of [openWaV4.stop, openWaV4.restart, openWaV4.logout]) expect(await value(action?.(api, 's'))).toEqual({})
    expect(servers.v4.asked.every(({ method, headers }) => method === 'POST' && headers.api_key === OPEN_WA_KEY)).toBe(true)
  })

  test('v5 tells state and code at /health', async () => {
    const { api } = link(openWaV5, servers.v5, OPEN_WA_KEY)
    expect(await value(openWaV5.status?.(api, 's'))).toMatchObject({ status: 'starting', fits: expect.arrayContaining(['qr']) })
    servers.v5.health.qr = CODE
    expect(await value(openWaV5.status?.(api, 's'))).toEqual({ status: 'qr', qr: CODE })
    expect(await value(openWaV5.qr?.(api, 's'))).toBe(CODE)
    servers.v5.health.state = 'READY'
    expect(await value(openWaV5.status?.(api, 's'))).toEqual({ status: 'connected' })
  })
})

describe('every controller', () => {
  const LINKED: [Controller, StandIn][] = [
    [wwebjsApi, servers.wwebjs],
    [whatsappApi, servers.wwebjs],
    [waha, servers.waha],
    [evolutionApi, servers.evolution],
    [wppconnectServer, servers.wpp],
    [gowa, servers.gowa],
    [wuzapi, servers.wuzapi],
    [openWaV4, servers.v4],
    [openWaV5, servers.v5],
  ]

  test('is in the list, and the list has no other', () => {
    expect(LINKED.map(([controller]) => controller)).toEqual([...CONTROLLERS])
    for (const { id } of CONTROLLERS) expect(findController(id)?.id).toBe(id)
  })

  for (const [controller, server] of LINKED) {
    const calls = (key: string) => {
      const { api } = link(controller, server, key)
      const one = [controller.start, controller.stop, controller.restart, controller.logout, controller.qr, controller.status].flatMap((call) =>
        call ? [call(api, 'any')] : [],
      )
      return [
        ...one,
        ...(controller.pairingCode ? [controller.pairingCode(api, 'any', '4915112345678')] : []),
        ...(controller.list ? [controller.list(api)] : []),
      ]
    }

    test(`${controller.label}: a wrong key is a sentence about the key, without it`, async () => {
      for (const call of calls('wr0ng-k3y')) {
        const { kind, message } = await failure(call as Promise<Told<unknown>>)
        expect(kind).toBe('key')
        expect(message).not.toContain('wr0ng-k3y')
      }
    })

    test(`${controller.label}: whatever answers in its place is a failure and no exception`, async () => {
      for (const name of ['shows a web page', 'redirects', 'says nonsense'] as const) {
        server.misbehave(MISBEHAVIOURS[name])
        for (const call of calls('k3y-k3y-k3y')) expect((await failure(call as Promise<Told<unknown>>)).message).not.toContain('k3y')
      }
      server.misbehave(null)
    })
  }
})
