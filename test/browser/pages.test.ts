import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { playDemo } from '../../src/tasks/simulate/demo'
import { axeFindings } from '../support/axe'
import { describeInBrowser, launchBrowser, openWindow } from '../support/browser'
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
