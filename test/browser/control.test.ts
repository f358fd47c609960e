import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { wahaDelivery } from '../../src/tasks/simulate/waha'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { EVOLUTION_KEY, evolutionStandIn } from '../control/stand-ins/evolution-api'
import { MISBEHAVIOURS } from '../control/stand-ins/stand-in'
import { WAHA_KEY, wahaStandIn } from '../control/stand-ins/waha'
import { WWEBJS_KEY, wwebjsStandIn } from '../control/stand-ins/wwebjs-api'
import { axeFindings } from '../support/axe'
import { describeInBrowser, launchBrowser, openWindow, type Watched } from '../support/browser'
import { API_KEY, type Desk, deskAt, SECRET } from '../support/desk'
import { ADMIN, startTestServer, type TestServer } from '../support/server'

setDefaultTimeout(60_000)

describeInBrowser('a session is driven from its page', () => {
  const waha = wahaStandIn()
  const wwebjs = wwebjsStandIn()
  const evolution = evolutionStandIn()
  let server: TestServer
  let browser: Browser
  let window: Watched
  let desk: Desk
  let page: Page

  beforeAll(async () => {
    server = await startTestServer({ ...ADMIN, API_KEY })
    browser = await launchBrowser()
    window = await openWindow(browser)
    page = await window.context.newPage()
    page.setDefaultTimeout(10_000)
    desk = deskAt(server, page)
    await desk.logIn()
    for (const provider of ['waha', 'wwebjs-api', 'evolution-api']) await desk.make(provider)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await Promise.all([waha.stop(), wwebjs.stop(), evolution.stop()])
  })

  test('an admin enters the address, is told what is wrong, and imports what the sender has', async () => {
    waha.sessions.set('desk', { status: 'STOPPED' }).set('shop', { status: 'WORKING', me: { id: '4915112345678@c.us', pushName: 'Front desk' } })
    await page.goto(`${server.url}/sources/waha/control`)
    await page.getByLabel('Base URL').fill('http://169.254.169.254')
    await page.locator('#key').fill(WAHA_KEY)
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByText('leads to a link-local address').waitFor()
    await page.getByLabel('Base URL').fill(waha.url)
    await page.locator('#key').fill('wrong')
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByText('The sender refuses the key (HTTP 401)').waitFor()
    await page.locator('#key').fill(WAHA_KEY)
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByText('WAHA answers: 2 sessions').waitFor()
    await desk.connect('waha', waha.url, WAHA_KEY)
    expect(await page.content()).not.toContain(WAHA_KEY)
    await page.getByRole('button', { name: 'Import its sessions' }).click()
    await page.getByText('The sender has 2: 2 new here, 0 brought up to date').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await desk.open('waha', 'shop')
    await desk.status('Connected')
  })

  test('WAHA: started, its code fetched and renewed, paired, stopped, all without a reload', async () => {
    await desk.open('waha', 'desk')
    await page.locator('#live-state[data-state=on]').waitFor()
    await desk.act('Start')
    await desk.outcome('The sender is starting the session')
    await desk.status('Starting')
    waha.sessions.set('desk', { status: 'SCAN_QR_CODE', code: '2@the,first,code,1' })
    await desk.hear('waha', wahaDelivery(SECRET, 'desk', 'session.status', { name: 'desk', status: 'SCAN_QR_CODE' }, Date.now()))
    const code = page.getByRole('img', { name: 'QR code to scan with WhatsApp' })
    await code.waitFor()
    const first = await code.innerHTML()
    waha.sessions.set('desk', { status: 'SCAN_QR_CODE', code: '2@the,second,code,1' })
    await desk.hear('waha', wahaDelivery(SECRET, 'desk', 'session.status', { name: 'desk', status: 'SCAN_QR_CODE' }, Date.now()))
    await page.getByText('Code 2').waitFor()
    await code.waitFor()
    expect(await code.innerHTML()).not.toBe(first)
    await page.locator('#session-control summary', { hasText: 'Pairing code' }).click()
    await page.getByLabel('Phone number').fill('0000000')
    await desk.act('Get a code')
    await desk.outcome('the number with its country code')
    await page.getByLabel('Phone number').fill('+49 1511 2345678')
    await desk.act('Get a code')
    await page.getByText('ABCD-ABCD').waitFor()
    waha.sessions.set('desk', { status: 'WORKING' })
    await desk.hear('waha', wahaDelivery(SECRET, 'desk', 'session.status', { name: 'desk', status: 'WORKING' }, Date.now()))
    await desk.status('Connected')
    await desk.confirm('Stop', 'Stop desk')
    await desk.outcome('The sender has stopped the session')
    await desk.status('Stopped')
  })

  test('wwebjs-api: after our own stop no webhook comes, and the page knows all the same', async () => {
    await desk.connect('wwebjs-api', wwebjs.url, WWEBJS_KEY)
    wwebjs.sessions.set('acme', { state: 'CONNECTED' })
    await desk.hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'ready'))
    await desk.open('wwebjs-api', 'acme')
    await desk.status('Connected')
    await desk.confirm('Stop', 'Stop acme')
    await desk.outcome('The sender has stopped the session')
    await desk.status('Stopped')
    await desk.act('Restart')
    await desk.outcome('The sender has no such session running: start it first')
    await desk.act('Start')
    await desk.outcome('The sender is starting the session')
    await desk.hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'qr', { qr: '2@wwebjs,code,1' }))
    await page.getByRole('img', { name: 'QR code to scan with WhatsApp' }).waitFor()
    await desk.hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'ready'))
    await desk.status('Connected')
    await desk.confirm('Log out', 'Log out acme')
    await desk.outcome('somebody has to scan a new code')
    await page.locator('#session-head').getByText('logged out').first().waitFor()
  })

  test('Evolution API: offers no stop, connects with its code, and says why it refuses', async () => {
    await desk.connect('evolution-api', evolution.url, EVOLUTION_KEY)
    evolution.instances.set('demo', { state: 'close' })
    const said = (event: string, data: unknown) => ({
      session: 'demo',
      headers: { 'x-webhook-secret': SECRET, 'content-type': 'application/json' },
      body: JSON.stringify({ event, instance: 'demo', data, date_time: '2026-11-23T16:07:35.583Z' }),
    })
    await desk.hear('evolution-api', said('connection.update', { instance: 'demo', state: 'close', statusReason: 401 }))
    await desk.open('evolution-api', 'demo')
    expect(await page.locator('#session-control summary').allInnerTexts()).toEqual(['Pairing code…', 'Log out…'])
    await desk.act('Restart')
    await desk.outcome('is not connected')
    await desk.act('Start')
    await page.getByRole('img', { name: 'QR code to scan with WhatsApp' }).waitFor()
    evolution.instances.set('demo', { state: 'open' })
    await desk.hear('evolution-api', said('connection.update', { instance: 'demo', state: 'open', statusReason: 200, wuid: '5511987654321@s.whatsapp.net' }))
    await desk.status('Connected')
    await desk.confirm('Log out', 'Log out demo')
    await desk.outcome('somebody has to scan a new code')
  })

  test('a sender that takes its time shows that it is waited for, to everybody who looks', async () => {
    const other = await window.context.newPage()
    await other.goto(`${server.url}/sessions/wwebjs-api/acme`)
    await other.locator('#live-state[data-state=on]').waitFor()
    wwebjs.sessions.clear()
    let answer: (response: Response) => void = () => {}
    wwebjs.misbehave(() => new Promise<Response>((done) => (answer = done)))
    await desk.open('wwebjs-api', 'acme')
    await desk.act('Start')
    await desk.outcome('Waiting for the sender…')
    await other.getByText('Waiting for the sender…').waitFor()
    expect(await page.getByRole('button', { name: 'Restart' }).isDisabled()).toBe(true)
    answer(Response.json({ success: true, message: 'Session initiated successfully' }))
    wwebjs.misbehave(null)
    await desk.outcome('The sender is starting the session')
    await other.getByText('The sender is starting the session').first().waitFor()
    await other.close()
  })

  test('what is typed stays while the page goes on', async () => {
    await desk.open('wwebjs-api', 'acme')
    await page.locator('#live-state[data-state=on]').waitFor()
    await page.locator('#session-control summary', { hasText: 'Pairing code' }).click()
    await page.getByLabel('Phone number').fill('+49 1511')
    wwebjs.sessions.set('acme', { state: 'CONNECTED' })
    await fetch(`${server.url}/api/v1/sessions/wwebjs-api/acme/stop`, { method: 'POST', headers: { authorization: `Bearer ${API_KEY}` } })
    await desk.outcome('The sender has stopped the session')
    expect(await page.getByLabel('Phone number').inputValue()).toBe('+49 1511')
    expect(await page.getByLabel('Phone number').isVisible()).toBe(true)
    expect(await axeFindings(page)).toEqual([])
  })

  test('without JavaScript everything works too, asked twice where it hurts', async () => {
    const plain = await openWindow(browser, { javaScriptEnabled: false, viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    const phone = await plain.context.newPage()
    await deskAt(server, phone).logIn()
    wwebjs.sessions.set('acme', { state: 'CONNECTED' })
    await desk.hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'ready'))
    await phone.goto(`${server.url}/sessions/wwebjs-api/acme`)
    expect(await phone.getByRole('button', { name: 'Stop acme' }).isVisible()).toBe(false)
    await phone.locator('summary', { hasText: 'Stop' }).click()
    await phone.getByRole('button', { name: 'Stop acme' }).click()
    await phone.waitForURL(`${server.url}/sessions/wwebjs-api/acme`)
    await phone.getByText('The sender has stopped the session').first().waitFor()
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await plain.context.close()
  })

  test('a hanging sender, a refused connection: words, and nothing against the policy', async () => {
    wwebjs.misbehave(MISBEHAVIOURS['shows a web page'])
    await desk.open('wwebjs-api', 'acme')
    await desk.act('Restart')
    await desk.outcome('A web page answered (HTTP 502), not the API: is the base URL right?')
    await wwebjs.stop()
    await desk.act('Restart')
    await desk.outcome('The sender refuses connections: is it running, and is the port right?')
    expect(window.troubles.filter((trouble) => !trouble.includes('Failed to load resource'))).toEqual([])
  })
})
