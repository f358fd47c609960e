import { afterAll, describe, expect, test } from 'bun:test'
import { whatsappApi, wwebjsApi } from '../../src/control/controllers/wwebjs-api'
import { CODE, failure, link, value } from './asking'
import { WWEBJS_KEY, wwebjsStandIn } from './stand-ins/wwebjs-api'

const original = wwebjsStandIn('original')
afterAll(() => original.stop())
const { sessions } = original

describe('whatsapp-api, the original', () => {
  const { api } = link(whatsappApi, original, WWEBJS_KEY)

  test('starts, shows its code, says how it is, restarts and logs out, all by calls that it has', async () => {
    expect(await value(whatsappApi.start?.(api, 'shop'))).toEqual({})
    sessions.set('shop', { state: 'UNPAIRED', qr: CODE })
    expect(await value(whatsappApi.qr?.(api, 'shop'))).toBe(CODE)
    expect(await value(whatsappApi.status?.(api, 'shop'))).toEqual({ status: 'qr', qr: CODE })
    sessions.set('shop', { state: 'CONNECTED' })
    expect(await value(whatsappApi.status?.(api, 'shop'))).toMatchObject({ status: 'connected' })
    expect(await value(whatsappApi.restart?.(api, 'shop'))).toEqual({})
    expect(await value(whatsappApi.logout?.(api, 'shop'))).toEqual({})
    expect(sessions.has('shop')).toBe(false)
    expect(await failure(whatsappApi.restart?.(api, 'shop'))).toMatchObject({ kind: 'missing' })
  })

  test('is not asked for what only the fork has', () => {
    expect([whatsappApi.stop, whatsappApi.list, whatsappApi.pairingCode]).toEqual([undefined, undefined, undefined])
  })

  test('taken for the fork answers with a web page, and the operator is told that it is no such API', async () => {
    const asFork = link(wwebjsApi, original, WWEBJS_KEY).api
    sessions.set('shop', { state: 'CONNECTED' })
    for (const call of [wwebjsApi.stop?.(asFork, 'shop'), wwebjsApi.list?.(asFork), wwebjsApi.pairingCode?.(asFork, 'shop', '4915112345678')]) {
      const { kind, message } = await failure(call)
      expect([kind, message]).toEqual(['confused', 'A web page answered (HTTP 404), not the API: is the base URL right?'])
    }
    expect(sessions.has('shop')).toBe(true)
  })
})
