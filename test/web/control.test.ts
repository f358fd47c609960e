import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { createApiKey } from '../../src/web/auth/api-keys'
import { MISBEHAVIOURS } from '../control/stand-ins/stand-in'
import { WWEBJS_KEY, wwebjsStandIn } from '../control/stand-ins/wwebjs-api'
import { entry, event } from '../support/entries'
import { API_KEY, logInAll, openSite, postForm } from './support'

const sender = wwebjsStandIn()
const site = await openSite()
afterAll(async () => {
  await site.close()
  await sender.stop()
})
const cookies = await logInAll(site)
const json = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = json) =>
  site.fetch(`/api/v1${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
beforeEach(() => sender.misbehave(null))

describe('the settings of a control API', () => {
  const setting = { api: 'wwebjs-api', baseUrl: sender.url, key: WWEBJS_KEY }

  test('are set, shown without the key, tried and forgotten', async () => {
    expect((await call('GET', '/sources/default/control')).status).toBe(404)
    const set = await call('POST', '/sources/default/control', setting)
    expect([set.status, await set.json()]).toEqual([200, { api: 'wwebjs-api', baseUrl: sender.url, hasKey: true, updatedAt: expect.any(String) }])
    sender.sessions.set('sales', { state: 'CONNECTED' })
    expect(await (await call('POST', '/sources/default/control/tests')).json()).toEqual({ ok: true, message: 'wwebjs-api answers: 1 session' })
    expect((await call('DELETE', '/sources/default/control')).status).toBe(204)
    expect((await call('DELETE', '/sources/default/control')).status).toBe(404)
    expect((await call('POST', '/sources/default/control', setting)).status).toBe(200)
  })

  test('are refused in words that repeat nothing of them', async () => {
    for (const [wrong, words] of [
      [{ ...setting, api: 'signed' }, 'api: one of'],
      [{ ...setting, baseUrl: 'http://user:s3cret@waha' }, 'must not hold a user'],
      [{ ...setting, baseUrl: 'http://169.254.169.254/' }, 'link-local'],
      [{ api: 'evolution-api', baseUrl: 'http://evolution:8080' }, 'enter the key again'],
    ] as const) {
      const answer = await call('POST', '/sources/default/control', wrong)
      const text = await answer.text()
      expect([answer.status, text]).toEqual([400, expect.stringContaining(words)])
      expect(text).not.toContain('s3cret')
      expect(text).not.toContain(WWEBJS_KEY)
    }
  })

  test('keep their key only for the address that it was entered for', async () => {
    expect((await call('POST', '/sources/default/control', { api: 'wwebjs-api', baseUrl: `${sender.url}/below` })).status).toBe(200)
    expect((await call('POST', '/sources/default/control', { api: 'wwebjs-api', baseUrl: 'http://elsewhere:3000' })).status).toBe(400)
    const page = await postForm(
      site,
      '/sources/default/control/test',
      { api: 'wwebjs-api', baseUrl: 'http://elsewhere:3000', key: '' },
      { cookie: cookies.admin },
    )
    expect(await page.text()).toContain('enter the key again')
    expect((await call('POST', '/sources/default/control', setting)).status).toBe(200)
  })

  test('import the sessions of the sender', async () => {
    expect(await (await call('POST', '/sources/default/control/imports')).json()).toEqual({ found: 1, created: 1, updated: 0 })
    expect(await (await call('GET', '/sessions/default/sales')).json()).toMatchObject({ status: 'connected', provider: 'wwebjs-api' })
    sender.misbehave(MISBEHAVIOURS['shows a web page'])
    const failed = await call('POST', '/sources/default/control/imports')
    expect([failed.status, await failed.json()]).toEqual([502, expect.objectContaining({ code: 'bad_gateway', detail: expect.stringContaining('web page') })])
  })
})

describe('acting on a session', () => {
  test('by the JSON API answers with what came of it', async () => {
    const stopped = await call('POST', '/sessions/default/sales/stop')
    expect([stopped.status, await stopped.json()]).toEqual([
      200,
      { message: 'The sender has stopped the session', session: expect.objectContaining({ status: 'disconnected', reason: 'stopped' }) },
    ])
    const refused = await call('POST', '/sessions/default/sales/restart')
    expect([refused.status, await refused.json()]).toEqual([502, expect.objectContaining({ detail: 'The sender has no such session running: start it first' })])
    expect((await call('POST', '/sessions/default/nobody/start')).status).toBe(404)
    const [row] = await site.database.read<{ facts: { by: { name: string } } }[]>`select facts from events where type = 'operator.stop_done'`
    expect(row?.facts.by.name).toBeString()
  })

  test('makes pairing codes for numbers as people write them', async () => {
    sender.sessions.set('sales', { state: 'UNPAIRED', qr: '2@x' })
    const made = await call('POST', '/sessions/default/sales/pairing-codes', { phone: '+49 (1511) 234-5678' })
    expect([made.status, await made.json()]).toEqual([201, { code: 'ABCD1234', session: expect.objectContaining({ pairingCode: 'ABCD1234', status: 'qr' }) }])
    expect(sender.asked.at(-1)?.body).toEqual({ phoneNumber: '4915112345678' })
    for (const phone of ['', 'abc', '12', '0151 1234567890123'])
      expect((await call('POST', '/sessions/default/sales/pairing-codes', { phone })).status).toBe(400)
  })

  test('is for operators, from our own pages only, and not by GET', async () => {
    const path = '/sessions/default/sales/control/start'
    const asked = sender.asked.length
    expect((await postForm(site, path, {}, { cookie: cookies.viewer })).status).toBe(403)
    expect((await postForm(site, path, {}, { cookie: cookies.operator, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await site.fetch(path, { headers: { cookie: cookies.operator } })).status).toBe(404)
    const reading = await createApiKey(site.database.write, { name: 'reader', scopes: ['read'], operatorId: 'system' }, Date.now())
    expect((await call('POST', '/sessions/default/sales/start', undefined, { authorization: `Bearer ${reading.key}` })).status).toBe(403)
    expect(sender.asked.length).toBe(asked)
  })

  test('answers a form with the page, htmx with the card, and both with sentences', async () => {
    sender.sessions.delete('sales')
    const form = await postForm(site, '/sessions/default/sales/control/start', {}, { cookie: cookies.operator })
    expect([form.status, form.headers.get('location')]).toEqual([303, '/sessions/default/sales'])
    const page = await (await site.fetch('/sessions/default/sales', { headers: { cookie: cookies.operator } })).text()
    expect(page).toContain('The sender is starting the session')
    expect(page).toContain('Some operator')
    const card = await postForm(site, '/sessions/default/sales/control/start', {}, { cookie: cookies.operator, 'hx-request': 'true' })
    expect([card.status, await card.text()]).toEqual([200, expect.stringContaining('Session already exists for: sales')])
    const wrong = await postForm(site, '/sessions/default/sales/control/pairing-code', { phone: 'x' }, { cookie: cookies.operator, 'hx-request': 'true' })
    expect([wrong.status, await wrong.text()]).toEqual([200, expect.stringContaining('the number with its country code')])
    expect((await postForm(site, '/sessions/default/sales/control/destroy', {}, { cookie: cookies.operator })).status).toBe(404)
  })

  test('is limited for each session', async () => {
    await site.write(entry('often', [event('session.connected')]))
    const statuses: number[] = []
    for (let i = 0; i < 32; i++) statuses.push((await call('POST', '/sessions/default/often/restart')).status)
    expect(statuses.slice(0, 30).every((status) => status === 502)).toBe(true)
    expect(statuses.slice(30)).toEqual([429, 429])
  })
})
