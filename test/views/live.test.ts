/** The live contract of views/live.ts, in a real browser, under the real content security policy. */
import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { describeInBrowser } from '../support/browser'
import { launch } from './support/browser'
import { startPreview } from './support/preview'

setDefaultTimeout(30_000)
const preview = startPreview()
let browser: Browser
let page: Page
let complaints: string[] = []

describeInBrowser('live pages', () => {
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => {
    await browser.close()
    preview.stop()
  })
  beforeEach(async () => {
    preview.reset()
    complaints = []
    await page?.close()
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(8000)
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
  })

  const open = async (path: string): Promise<void> => {
    await page.goto(new URL(path, preview.url).href)
    await page.waitForSelector('#live-state[data-state=on]')
  }

  test('a change of status reaches the row, the counters, the title, the icon and screen readers', async () => {
    await open('/')
    const title = await page.title()
    preview.change(20, { status: 'disconnected', reason: 'network', health: 'down' })
    await page.waitForFunction((before) => document.title !== before, title)
    await page.waitForSelector('.group:first-child .row.bad:has-text("acme-billing-2")')
    expect(await page.title()).toBe('(8) Sessions · Linekeeper')
    expect(await page.getAttribute('#favicon', 'href')).toBe('/assets/favicon-down.svg')
    expect(await page.textContent('#announce')).toContain('Disconnected, network lost')
    expect(complaints).toEqual([])
  })

  test('a change to a row that is filtered away breaks nothing', async () => {
    await open('/?health=quiet')
    preview.change(20, { health: 'flapping' })
    await page.waitForFunction(() => document.title.startsWith('(8)'))
    expect(await page.locator('.row').count()).toBe(1)
    expect(complaints).toEqual([])
  })

  test('nothing moves while text is marked; afterwards the page catches up', async () => {
    await open('/')
    await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('h1') ?? document.body))
    preview.change(20, { status: 'auth_failure', health: 'down' })
    await page.waitForSelector('#live-state[data-state=held]')
    expect(await page.title()).toBe('(7) Sessions · Linekeeper')
    await page.evaluate(() => getSelection()?.removeAllRanges())
    await page.waitForFunction(() => document.title.startsWith('(8)'))
    await page.waitForSelector('.row:has-text("acme-billing-2") .down')
    expect(await page.getAttribute('#live-state', 'data-state')).toBe('on')
    expect(complaints).toEqual([])
  })

  test('searching as you type keeps the words, the focus and a clean address', async () => {
    await open('/')
    await page.keyboard.press('/')
    await page.keyboard.type('clinic-n')
    await page.waitForFunction(() => location.search === '?q=clinic-n')
    await page.waitForFunction(() => document.querySelectorAll('.row').length < 5)
    expect(await page.inputValue('[data-search]')).toBe('clinic-n')
    expect(await page.evaluate(() => document.activeElement?.matches('[data-search]'))).toBe(true)
    await page.keyboard.type('ight')
    await page.waitForFunction(() => location.search === '?q=clinic-night')
    preview.change(1, { status: 'connected', qr: null })
    await page.waitForFunction(() => document.title.startsWith('(6)'))
    expect(await page.inputValue('[data-search]')).toBe('clinic-night')
    expect(complaints).toEqual([])
  })

  test('new events come on top, but wait behind a pill while the reader is further down', async () => {
    await open('/events')
    const first = page.locator('#tail > li').first()
    preview.tail('first-new')
    await page.waitForSelector('#event-first-new')
    expect(await first.getAttribute('id')).toBe('event-first-new')
    await page.mouse.wheel(0, 900)
    await page.waitForFunction(() => scrollY > 500)
    preview.tail('second-new')
    preview.tail('second-new')
    preview.tail('third-new')
    await page.waitForFunction(() => document.querySelector('[data-pill]')?.textContent === '2 new')
    expect(await first.getAttribute('id')).toBe('event-first-new')
    await page.click('[data-pill]')
    expect(await first.getAttribute('id')).toBe('event-third-new')
    expect(await page.locator('[data-pill]').isHidden()).toBe(true)
    expect(complaints).toEqual([])
  })

  test('a search result is not mixed with what comes in', async () => {
    await open('/events?q=type:call.*')
    preview.tail('not-asked-for')
    preview.change(20, { health: 'flapping' })
    await page.waitForFunction(() => document.title.startsWith('(8)'))
    expect(await page.locator('#event-not-asked-for').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('the page says when it is not live, and recovers by itself', async () => {
    await open('/')
    preview.hangUp()
    await page.waitForSelector('#live-state[data-state=off]')
    expect(await page.textContent('#live-state')).toMatch(/^Not live since \d\d:\d\d$/)
    await page.waitForSelector('#live-state[data-state=on]')
  })

  test('unfolded flapping stays unfolded when the page refetches itself', async () => {
    await open('/session/qr')
    await page.click('.timeline summary')
    preview.resync()
    await page.waitForResponse((response) => response.url().includes('/sessions/'))
    await page.waitForTimeout(100)
    expect(await page.locator('.timeline details').getAttribute('open')).not.toBeNull()
    expect(complaints).toEqual([])
  })

  test('the keyboard goes through the rows and opens one', async () => {
    await open('/')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('clinic-frontdesk')
    await page.keyboard.press('?')
    expect(await page.locator('#help').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await page.keyboard.press('o')
    await page.waitForURL('**/sessions/evolution-br/clinic-frontdesk')
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.waitForURL('**/events')
  })

  test('the theme is chosen once and holds on the next page', async () => {
    await open('/')
    await page.click('[data-theme-toggle]')
    await page.click('[data-theme-toggle]')
    await page.goto(new URL('/login', preview.url).href)
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark')
    await page.evaluate(() => localStorage.clear())
  })

  test('without scripts the sessions can be read, filtered and opened', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const plain = await context.newPage()
    await plain.goto(preview.url.href)
    await plain.selectOption('select[name=health]', 'quiet')
    await plain.click('text=Apply')
    expect(await plain.locator('.row').count()).toBe(1)
    await plain.click('.row a')
    expect(await plain.textContent('h1')).toContain('warehouse')
    await context.close()
  })

  test('the QR counts down and is greyed when its time is over', async () => {
    await open('/')
    preview.change(1, { qr: { code: '2@x', receivedAt: Date.now(), expiresAt: Date.now() + 2000, count: 4 } })
    await page.goto(new URL('/session/qr', preview.url).href)
    expect(await page.textContent('[data-expiry]')).toMatch(/^expires in [012] s$/)
    await page.waitForSelector('.code.over')
    expect(await page.textContent('[data-expiry]')).toStartWith('Expired')
  })
})
