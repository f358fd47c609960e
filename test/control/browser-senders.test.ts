/** The senders that drive WhatsApp Web in a browser. */
import { afterAll, describe, expect, test } from 'bun:test'
import { openWaV4, openWaV5 } from '../../src/control/controllers/open-wa'
import { waha } from '../../src/control/controllers/waha'
import { wppconnectServer } from '../../src/control/controllers/wppconnect-server'
import { whatsappApi, wwebjsApi } from '../../src/control/controllers/wwebjs-api'
import { CODE, failure, link, value } from './asking'
import { OPEN_WA_KEY, openWaV4StandIn, openWaV5StandIn, WPP_SECRET, wppconnectStandIn } from './stand-ins/others'
import { WAHA_KEY, wahaStandIn } from './stand-ins/waha'
import { WWEBJS_KEY, wwebjsStandIn } from './stand-ins/wwebjs-api'

const servers = {
  wwebjs: wwebjsStandIn(),
  waha: wahaStandIn(),
  wpp: wppconnectStandIn(),
  v4: openWaV4StandIn(),
  v5: openWaV5StandIn(),
}
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())))

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
