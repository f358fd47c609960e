import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { describeInBrowser, launchBrowser, openWindow } from '../support/browser'
import { isMarked, mark } from '../support/desk'
import { SECRET, startTestServer, type TestServer } from '../support/server'

setDefaultTimeout(60_000)

describeInBrowser('the first day of an operator', () => {
  let server: TestServer
  let browser: Browser
  let context: BrowserContext
  let troubles: string[]
  let page: Page

  beforeAll(async () => {
    server = await startTestServer()
    browser = await launchBrowser()
    ;({ context, troubles } = await openWindow(browser))
    page = await context.newPage()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  const post = async (dataType: string, data?: unknown) => expect((await server.post(wwebjsDelivery(SECRET, 'acme-sales', dataType, data))).status).toBe(200)

  test('begins with the set-up link, which makes their account and logs them in', async () => {
    await page.goto(server.setupLink as string)
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@example.org')
    await page.getByLabel('Password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Create operator' }).click()
    await page.waitForURL(`${server.url}/`)
    expect(await page.title()).toContain('Linekeeper')
  })

  test('shows how to connect a sender while there is none, and the first one without a reload', async () => {
    await page.getByText('/api/whatsapp/webhook').first().waitFor()
    await mark(page)
    await post('qr', { qr: '2@first,code,of,pairing,1' })
    await page.getByRole('link', { name: 'acme-sales' }).first().waitFor()
    expect(await isMarked(page)).toBe(true)
  })

  test('pairs a number: QR code, the next one, loading, connected, all on the same page', async () => {
    await page.goto(`${server.url}/sessions/default/acme-sales`)
    await page.locator('#live').waitFor({ state: 'attached' })
    await mark(page)
    const code = page.getByRole('img', { name: 'QR code to scan with WhatsApp' })
    await code.waitFor()
    const first = await code.innerHTML()
    await post('qr', { qr: '2@second,code,of,pairing,1' })
    await page.getByText('Code 2').waitFor()
    expect(await code.innerHTML()).not.toBe(first)

    await post('loading_screen', { percent: 41, message: 'WhatsApp' })
    // In full: a clock on the page may say 41, too.
    await page.getByText('41 % WhatsApp').first().waitFor()
    expect(await code.count()).toBe(0)

    await post('authenticated')
    await post('ready')
    await page.locator('#session-head').getByText('Connected').first().waitFor()
    expect(await isMarked(page)).toBe(true)
  })

  test('ends without an error in the console and nothing against the policy', () => {
    expect(troubles).toEqual([])
  })
})
