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
import { ADMIN, startTestServer, type TestServer } from '../support/server'

setDefaultTimeout(60_000)

const API_KEY = 'the api key of these tests'
const SECRET = 'a webhook secret of forty characters, or so'

describeInBrowser('a session is driven from its page', () => {
  const waha = wahaStandIn()
  const wwebjs = wwebjsStandIn()
  const evolution = evolutionStandIn()
  let server: TestServer
  let browser: Browser
  let desk: Watched
  let page: Page

  beforeAll(async () => {
    server = await startTestServer({ ...ADMIN, API_KEY })
    browser = await launchBrowser()
    desk = await openWindow(browser)
    page = await desk.context.newPage()
    page.setDefaultTimeout(10_000)
    await logIn(page)
    for (const provider of ['waha', 'wwebjs-api', 'evolution-api']) await make(provider)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await Promise.all([waha.stop(), wwebjs.stop(), evolution.stop()])
  })

  async function logIn(on: Page): Promise<void> {
    await on.goto(`${server.url}/login`)
    await on.getByLabel('E-mail').fill(ADMIN.ADMIN_EMAIL)
    await on.getByLabel('Password').fill(ADMIN.ADMIN_PASSWORD)
    await on.getByRole('button', { name: 'Log in' }).click()
    await on.waitForURL(`${server.url}/`)
  }
  async function make(provider: string): Promise<void> {
    const body = JSON.stringify({ slug: provider, label: provider, provider, secret: SECRET })
    const made = await fetch(`${server.url}/api/v1/sources`, { method: 'POST', body, headers: { authorization: `Bearer ${API_KEY}` } })
    expect(made.status).toBe(201)
  }
  async function connect(slug: string, baseUrl: string, key: string): Promise<void> {
    await page.goto(`${server.url}/sources/${slug}/control`)
    await page.getByLabel('Base URL').fill(baseUrl)
    await page.locator('#key').fill(key)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
  }
  async function hear(slug: string, delivery: { session: string; headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> }): Promise<void> {
    const answer = await fetch(`${server.url}/api/whatsapp/${slug}/webhook/${delivery.session}`, {
      method: 'POST',
      headers: delivery.headers,
      body: delivery.body,
    })
    expect(answer.status).toBe(200)
  }
  const open = (slug: string, name: string) => page.goto(`${server.url}/sessions/${slug}/${name}`)
  const status = (word: string) => page.locator('#session-head').getByText(word, { exact: true }).first().waitFor()
  const outcome = (words: string) => page.locator('#session-control').getByText(words).first().waitFor()
  const act = (name: string) => page.locator('#session-control').getByRole('button', { name, exact: true }).click()
  async function confirm(name: string, button: string): Promise<void> {
    await page.locator('#session-control summary', { hasText: name }).click()
    await act(button)
  }

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
    await connect('waha', waha.url, WAHA_KEY)
    expect(await page.content()).not.toContain(WAHA_KEY)
    await page.getByRole('button', { name: 'Import its sessions' }).click()
    await page.getByText('The sender has 2: 2 new here, 0 brought up to date').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await open('waha', 'shop')
    await status('Connected')
  })

  test('WAHA: started, its code fetched and renewed, paired, stopped, all without a reload', async () => {
    await open('waha', 'desk')
    await page.locator('#live-state[data-state=on]').waitFor()
    await act('Start')
    await outcome('The sender is starting the session')
    await status('Starting')
    waha.sessions.set('desk', { status: 'SCAN_QR_CODE', code: '2@the,first,code,1' })
    await hear('waha', wahaDelivery(SECRET, 'desk', 'session.status', { name: 'desk', status: 'SCAN_QR_CODE' }, Date.now()))
    const code = page.getByRole('img', { name: 'QR code to scan with WhatsApp' })
    await code.waitFor()
    const first = await code.innerHTML()
    waha.sessions.set('desk', { status: 'SCAN_QR_CODE', code: '2@the,second,code,1' })
    await hear('waha', wahaDelivery(SECRET, 'desk', 'session.status', { name: 'desk', status: 'SCAN_QR_CODE' }, Date.now()))
    await page.getByText('Code 2').waitFor()
    await code.waitFor()
    expect(await code.innerHTML()).not.toBe(first)
    await page.locator('#session-control summary', { hasText: 'Pairing code' }).click()
    await page.getByLabel('Phone number').fill('0000000')
    await act('Get a code')
    await outcome('the number with its country code')
    await page.getByLabel('Phone number').fill('+49 1511 2345678')
    await act('Get a code')
    await page.getByText('ABCD-ABCD').waitFor()
    waha.sessions.set('desk', { status: 'WORKING' })
    await hear('waha', wahaDelivery(SECRET, 'desk', 'session.status', { name: 'desk', status: 'WORKING' }, Date.now()))
    await status('Connected')
    await confirm('Stop', 'Stop desk')
    await outcome('The sender has stopped the session')
    await status('Stopped')
  })

  test('wwebjs-api: after our own stop no webhook comes, and the page knows all the same', async () => {
    await connect('wwebjs-api', wwebjs.url, WWEBJS_KEY)
    wwebjs.sessions.set('acme', { state: 'CONNECTED' })
    await hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'ready'))
    await open('wwebjs-api', 'acme')
    await status('Connected')
    await confirm('Stop', 'Stop acme')
    await outcome('The sender has stopped the session')
    await status('Stopped')
    await act('Restart')
    await outcome('The sender has no such session running: start it first')
    await act('Start')
    await outcome('The sender is starting the session')
    await hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'qr', { qr: '2@wwebjs,code,1' }))
    await page.getByRole('img', { name: 'QR code to scan with WhatsApp' }).waitFor()
    await hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'ready'))
    await status('Connected')
    await confirm('Log out', 'Log out acme')
    await outcome('somebody has to scan a new code')
    await page.locator('#session-head').getByText('logged out').first().waitFor()
  })

  test('Evolution API: offers no stop, connects with its code, and says why it refuses', async () => {
    await connect('evolution-api', evolution.url, EVOLUTION_KEY)
    evolution.instances.set('demo', { state: 'close' })
    const said = (event: string, data: unknown) => ({
      session: 'demo',
      headers: { 'x-webhook-secret': SECRET, 'content-type': 'application/json' },
      body: JSON.stringify({ event, instance: 'demo', data, date_time: '2026-11-23T16:07:35.583Z' }),
    })
    await hear('evolution-api', said('connection.update', { instance: 'demo', state: 'close', statusReason: 401 }))
    await open('evolution-api', 'demo')
    expect(await page.locator('#session-control summary').allInnerTexts()).toEqual(['Pairing code…', 'Log out…'])
    await act('Restart')
    await outcome('is not connected')
    await act('Start')
    await page.getByRole('img', { name: 'QR code to scan with WhatsApp' }).waitFor()
    evolution.instances.set('demo', { state: 'open' })
    await hear('evolution-api', said('connection.update', { instance: 'demo', state: 'open', statusReason: 200, wuid: '5511987654321@s.whatsapp.net' }))
    await status('Connected')
    await confirm('Log out', 'Log out demo')
    await outcome('somebody has to scan a new code')
  })

  test('a sender that takes its time shows that it is waited for, to everybody who looks', async () => {
    const other = await desk.context.newPage()
    await other.goto(`${server.url}/sessions/wwebjs-api/acme`)
    await other.locator('#live-state[data-state=on]').waitFor()
    wwebjs.sessions.clear()
    let answer: (response: Response) => void = () => {}
    wwebjs.misbehave(() => new Promise<Response>((done) => (answer = done)))
    await open('wwebjs-api', 'acme')
    await act('Start')
    await outcome('Waiting for the sender…')
    await other.getByText('Waiting for the sender…').waitFor()
    expect(await page.getByRole('button', { name: 'Restart' }).isDisabled()).toBe(true)
    answer(Response.json({ success: true, message: 'Session initiated successfully' }))
    wwebjs.misbehave(null)
    await outcome('The sender is starting the session')
    await other.getByText('The sender is starting the session').first().waitFor()
    await other.close()
  })

  test('what is typed stays while the page goes on', async () => {
    await open('wwebjs-api', 'acme')
    await page.locator('#live-state[data-state=on]').waitFor()
    await page.locator('#session-control summary', { hasText: 'Pairing code' }).click()
    await page.getByLabel('Phone number').fill('+49 1511')
    wwebjs.sessions.set('acme', { state: 'CONNECTED' })
    await fetch(`${server.url}/api/v1/sessions/wwebjs-api/acme/stop`, { method: 'POST', headers: { authorization: `Bearer ${API_KEY}` } })
    await outcome('The sender has stopped the session')
    expect(await page.getByLabel('Phone number').inputValue()).toBe('+49 1511')
    expect(await page.getByLabel('Phone number').isVisible()).toBe(true)
    expect(await axeFindings(page)).toEqual([])
  })

  test('without JavaScript everything works too, asked twice where it hurts', async () => {
    const plain = await openWindow(browser, { javaScriptEnabled: false, viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    const phone = await plain.context.newPage()
    await logIn(phone)
    wwebjs.sessions.set('acme', { state: 'CONNECTED' })
    await hear('wwebjs-api', wwebjsDelivery(SECRET, 'acme', 'ready'))
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
    await open('wwebjs-api', 'acme')
    await act('Restart')
    await outcome('A web page answered (HTTP 502), not the API: is the base URL right?')
    await wwebjs.stop()
    await act('Restart')
    await outcome('The sender refuses connections: is it running, and is the port right?')
    expect(desk.troubles.filter((trouble) => !trouble.includes('Failed to load resource'))).toEqual([])
  })
})
