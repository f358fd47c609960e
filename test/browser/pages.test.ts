import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { playDemo } from '../../src/tasks/simulate/demo'
import { WAHA_KEY, wahaStandIn } from '../control/stand-ins/waha'
import { axeFindings } from '../support/axe'
import { describeInBrowser, launchBrowser, openWindow } from '../support/browser'
import { API_KEY, deskAt } from '../support/desk'
import { ADMIN, SECRET, startTestServer, type TestServer } from '../support/server'

setDefaultTimeout(120_000)

describeInBrowser('every page, full of life', () => {
  let server: TestServer
  let browser: Browser
  let paths: string[]
  const ended = new AbortController()

  beforeAll(async () => {
    server = await startTestServer(ADMIN)
    browser = await launchBrowser()
    await playDemo(server.post, { secret: SECRET, now: Date.now, signal: ended.signal, sessions: 20 })
    paths = await pathsOf(server)
  })
  afterAll(async () => {
    ended.abort()
    await browser?.close()
    await server?.stop()
  })

  const looks = [
    { name: 'light, at a desk', width: 1280, colorScheme: 'light' },
    { name: 'dark, at a desk', width: 1280, colorScheme: 'dark' },
    { name: 'light, on a small phone', width: 360, colorScheme: 'light' },
    { name: 'dark, on a small phone', width: 360, colorScheme: 'dark' },
  ] as const

  for (const { name, width, colorScheme } of looks) {
    test(`can be used by everybody: ${name}`, async () => {
      const { context, troubles } = await openWindow(browser, { viewport: { width, height: 800 }, colorScheme })
      const page = await context.newPage()
      for (const path of ['/login', ...paths]) {
        if (path === paths[0]) await context.addCookies(cookiesOf(await server.logIn(), server.url))
        await page.goto(`${server.url}${path}`)
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (excess > 0) troubles.push(`${path} scrolls sideways by ${excess}`)
        troubles.push(...(await axeFindings(page)).map((finding) => `${path} ${finding}`))
      }
      await context.close()
      expect(troubles.filter((trouble) => !trouble.includes('status of 404'))).toEqual([])
    })
  }
})

describeInBrowser('the keyboard', () => {
  const waha = wahaStandIn()
  let server: TestServer
  let browser: Browser

  beforeAll(async () => {
    server = await startTestServer({ ...ADMIN, API_KEY })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await waha.stop()
  })

  test('restarts the session whose page is open with r, and asks first', async () => {
    waha.sessions.set('shop', { status: 'WORKING' })
    // A window that is not watched: there any dialog counts as trouble.
    const page = await browser.newPage()
    const desk = deskAt(server, page)
    await desk.logIn()
    await desk.make('waha')
    await desk.connect('waha', waha.url, WAHA_KEY)
    await page.getByRole('button', { name: 'Import its sessions' }).click()
    await page.getByText('1 new here').waitFor()
    await desk.open('waha', 'shop')
    await page.keyboard.press('?')
    await page.locator('#help div', { hasText: 'Restart the session' }).getByText('r', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    // Keys in an open dialog are the dialog's.
    await page.locator('#help').waitFor({ state: 'hidden' })

    const restarts = () => waha.asked.filter(({ path }) => path.endsWith('/restart')).length
    const asked: string[] = []
    const press = async (answer: 'accept' | 'dismiss') => {
      const heard = page.waitForEvent('dialog')
      // The key is let go only when the question is answered.
      const pressed = page.keyboard.press('r')
      const dialog = await heard
      asked.push(dialog.message())
      await dialog[answer]()
      await pressed
    }
    await press('dismiss')
    expect([asked, restarts()]).toEqual([['Restart shop?'], 0])
    await press('accept')
    await desk.outcome('The sender is restarting the session')
    expect(restarts()).toBe(1)
    // Elsewhere there is nothing to restart, and in a field it is a letter.
    await page.goto(`${server.url}/`)
    await page.keyboard.press('r')
    await page.keyboard.press('/')
    await page.keyboard.press('r')
    expect(await page.locator('[data-search]').inputValue()).toBe('r')
    expect([asked.length, restarts()]).toEqual([2, 1])
  })
})

async function pathsOf({ database }: TestServer): Promise<string[]> {
  const [event] = await database.read<{ id: string }[]>`select id from events order by received_at desc limit 1`
  const sessions = await database.read<{ name: string }[]>`select distinct on (status) name from sessions order by status`
  return [
    '/',
    '/?status=connected&sort=busy',
    '/?group=source',
    '/?q=nobody-of-this-name',
    ...sessions.map(({ name }) => `/sessions/default/${name}`),
    '/events',
    '/events?q=type:message.received',
    `/events/${event?.id}`,
    '/settings/api-keys',
    '/nowhere',
  ]
}

function cookiesOf(header: string, url: string): { name: string; value: string; url: string }[] {
  return header.split('; ').map((cookie) => ({ name: cookie.slice(0, cookie.indexOf('=')), value: cookie.slice(cookie.indexOf('=') + 1), url }))
}
