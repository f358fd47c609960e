import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { newLine, type SimulatedDelivery } from '../../src/tasks/simulate/happening'
import { signedDelivery } from '../../src/tasks/simulate/signed'
import { wahaDelivery, wahaMessage } from '../../src/tasks/simulate/waha'
import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { describeInBrowser, launchBrowser, openWindow } from '../support/browser'
import { ADMIN, SECRET, startTestServer, type TestServer } from '../support/server'

setDefaultTimeout(120_000)

/** Each breaks out of another place: text, attribute, URL, script, style, template, CDATA. */
const PAYLOADS = [
  '<img src=x onerror=hacked()>',
  '"><svg onload=hacked()>',
  "' onmouseover='hacked()' x='",
  '</script><script>hacked()</script>',
  'javascript:hacked()',
  '</textarea></title><iframe srcdoc="<script>parent.hacked()</script>">',
  '<style>@import"javascript:hacked()"</style>',
  '<hx-partial hx-target="#live" hx-on:load="hacked()"><b hx-get="/" hx-trigger="load" hx-on::after-request="hacked()">',
  ']]><!--<script>hacked()//-->',
  '{{hacked()}}#{hacked()}<%= hacked() %>',
  '\u2028\u202e<b>\u0000</b>\r\ndata: x\r\n\r\nevent: resync',
]

describeInBrowser('a hostile sender', () => {
  let server: TestServer
  let browser: Browser

  beforeAll(async () => {
    server = await startTestServer(ADMIN)
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  test('runs nothing and moves nothing on any page, whichever field it writes to', async () => {
    const { context, troubles } = await openWindow(browser)
    await context.addInitScript(() => Object.assign(globalThis, { hacked: () => Object.assign(globalThis, { wasHacked: true }) }))
    const cookie = await server.logIn()
    await context.addCookies(
      cookie.split('; ').map((one) => ({ name: one.slice(0, one.indexOf('=')), value: one.slice(one.indexOf('=') + 1), url: server.url })),
    )
    const board = await context.newPage()
    await board.goto(server.url)
    // All of it comes as live changes first, and is there when the pages open after that.
    for (const [nth, payload] of PAYLOADS.entries()) for (const delivery of attacks(payload, nth)) expect((await server.post(delivery)).status).toBe(200)
    await server.post(wwebjsDelivery(SECRET, 'the-last-one', 'ready'))
    await board.getByRole('link', { name: 'the-last-one' }).first().waitFor()
    // As text it is there: what is not shown proves nothing.
    expect(await board.locator('main').textContent()).toContain(PAYLOADS[0] as string)
    const page = await context.newPage()
    for (const path of ['/', ...(await pathsOf(server))]) {
      await page.goto(`${server.url}${path}`)
      if (await page.evaluate(() => 'wasHacked' in globalThis)) troubles.push(`${path} was hacked`)
      const foreign = await page.evaluate(
        () => document.querySelectorAll('img[src="x"], iframe, [onload], [onerror], [onmouseover], a[href^="javascript"], main script, main style').length,
      )
      if (foreign > 0) troubles.push(`${path} has ${foreign} elements of the sender`)
    }
    if (await board.evaluate(() => 'wasHacked' in globalThis)) troubles.push('the live board was hacked')
    await context.close()
    expect(troubles).toEqual([])
  })
})

/** The payload in every field that a sender controls. */
function attacks(payload: string, nth: number): SimulatedDelivery[] {
  const session = `${payload}-${nth}`.replaceAll('\u0000', '')
  const now = Date.now()
  const talk = {
    id: `ID${nth}${payload}`,
    chat: payload,
    author: payload,
    fromMe: false,
    name: payload,
    text: payload,
    at: now,
    media: { mimetype: payload, bytes: 10 },
  }
  const line = { ...newLine(session, '5511', payload), account: { id: payload, name: payload } }
  const own = (type: string, data: Record<string, unknown>) => signedDelivery(SECRET, session, type, data, now)
  return [
    wwebjsDelivery(SECRET, session, 'status', { msg: payload }),
    wwebjsDelivery(SECRET, session, 'message', { message: wwebjsMessage(talk, payload) }),
    wwebjsDelivery(SECRET, session, payload, { [payload]: payload }),
    wahaDelivery(SECRET, line, 'session.status', { name: session, status: 'WORKING', statuses: [{ status: 'WORKING', timestamp: now }] }, now, `evt_${nth}`),
    wahaDelivery(SECRET, line, 'message', wahaMessage({ ...talk, id: `WAHA${nth}` }, payload), now, `evt_m${nth}${payload}`),
    own('call.received', { id: payload, from: payload }),
    own('message.reaction', { id: talk.id, chat: payload, reaction: { text: payload, sender: payload } }),
    own('session.loading', { percent: 40, message: payload }),
    own('session.disconnected', { reason: payload, detail: payload }),
    own('session.connected', { account: { id: '551100000000@c.us', name: payload } }),
    own('session.qr', { qr: payload }),
    own('session.pairing_code', { pairingCode: payload }),
  ]
}

async function pathsOf({ database }: TestServer): Promise<string[]> {
  const sessions = await database.read<{ name: string }[]>`select name from sessions`
  const events = await database.read<{ id: string }[]>`select distinct on (type) id from events order by type`
  const searches = PAYLOADS.slice(0, 4).map((payload) => `/events?q=${encodeURIComponent(payload)}`)
  return [
    ...sessions.map(({ name }) => `/sessions/default/${encodeURIComponent(name)}`),
    '/events',
    ...searches,
    `/?q=${encodeURIComponent(PAYLOADS[1] as string)}`,
    ...events.map(({ id }) => `/events/${id}`),
  ]
}
