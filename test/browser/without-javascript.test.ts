import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { describeInBrowser, launchBrowser, openWindow } from '../support/browser'
import { ADMIN, SECRET, startTestServer, type TestServer } from '../support/server'

setDefaultTimeout(60_000)

describeInBrowser('without JavaScript', () => {
  let server: TestServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    server = await startTestServer(ADMIN)
    browser = await launchBrowser()
    page = await (await openWindow(browser, { javaScriptEnabled: false })).context.newPage()
    const talk = { id: 'READABLE', chat: '5511900000000@c.us', fromMe: false, name: 'Ana', text: 'Bom dia, vocês abrem hoje?', at: Date.now() }
    await server.post(wwebjsDelivery(SECRET, 'reader', 'ready'))
    await server.post(wwebjsDelivery(SECRET, 'reader', 'message', { message: wwebjsMessage(talk, '5511999999999@c.us') }))
    await server.post(wwebjsDelivery(SECRET, 'waiting', 'qr', { qr: '2@a,b,c,d,1' }))
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  test('an operator logs in and sees every session with its status', async () => {
    await page.goto(server.url)
    await page.getByLabel('E-mail').fill(ADMIN.ADMIN_EMAIL)
    await page.getByLabel('Password').fill(ADMIN.ADMIN_PASSWORD)
    await page.locator('button[type=submit]').first().click()
    await page.getByRole('link', { name: 'reader' }).first().waitFor()
    expect(await page.locator('main').textContent()).toContain('Connected')
  })

  test('a session shows its code, its messages and its history', async () => {
    await page.goto(`${server.url}/sessions/default/waiting`)
    await page.getByRole('img', { name: 'QR code to scan with WhatsApp' }).waitFor()
    await page.goto(`${server.url}/sessions/default/reader`)
    expect(await page.locator('#session-messages').textContent()).toContain('received from')
    expect(await page.locator('#session-timeline').textContent()).toContain('onnected')
  })

  test('who answers for a session, and how long it may be silent, is set on its page', async () => {
    await page.goto(`${server.url}/sessions/default/reader`)
    await page.locator('#settings > summary').click()
    await page.getByLabel('Who answers for it').selectOption({ index: 1 })
    await page.getByLabel('Connected and silent, minutes').fill('45')
    await page.locator('#settings').getByRole('button', { name: 'Save' }).click()
    await page.locator('#settings > summary').click()
    expect(await page.getByLabel('Connected and silent, minutes').inputValue()).toBe('45')
    expect(await page.getByLabel('Who answers for it').inputValue()).not.toBe('')
  })

  test('events can be searched and opened', async () => {
    await page.goto(`${server.url}/events`)
    await page.locator('input[name=q]').first().fill('type:message.received')
    await page.locator('input[name=q]').first().press('Enter')
    await page.waitForURL(/q=type/)
    await page.locator('#tail a[href^="/events/"], main a[href^="/events/"]').first().click()
    expect(await page.locator('main').textContent()).toContain('message.received')
  })
})
