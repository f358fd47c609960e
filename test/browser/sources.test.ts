import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { wahaDelivery } from '../../src/tasks/simulate/waha'
import { axeFindings } from '../support/axe'
import { describeInBrowser, launchBrowser, openWindow } from '../support/browser'
import { ADMIN, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'

setDefaultTimeout(120_000)

describeInBrowser('connecting a sender', () => {
  let server: TestServer
  let browser: Browser
  const troubles: string[] = []

  beforeAll(async () => {
    server = await startTestServer(ADMIN)
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const hook = (slug: string, { headers, body }: { headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> }) =>
    fetch(`${server.url}/api/whatsapp/${slug}/webhook`, { method: 'POST', headers, body })
  const working = (secret: string, session: string) => wahaDelivery(secret, session, 'session.status', { status: 'WORKING' }, Date.now())

  async function open(javaScriptEnabled: boolean, width = 1280): Promise<Page> {
    const watched = await openWindow(browser, { javaScriptEnabled, viewport: { width, height: 800 } })
    await watched.context.addCookies(cookiesOf(await server.logIn(), server.url))
    const page = await watched.context.newPage()
    page.on('close', () => troubles.push(...watched.troubles))
    return page
  }

  /** Steps one and two; leaves at step three. @returns the secret as it stands in the lines to copy. */
  async function add(page: Page, slug: string): Promise<string> {
    await page.goto(`${server.url}/sources`)
    await page.getByRole('link', { name: 'Add a source', exact: true }).click()
    await page.getByRole('link', { name: 'WAHA' }).click()
    await page.getByLabel('Short name').fill(slug)
    await page.getByRole('button', { name: 'Make the source' }).click()
    await page.getByText('Waiting for the first event').waitFor()
    const lines = (await page.locator('.guide pre').first().textContent()) ?? ''
    expect(lines).toContain(`WHATSAPP_HOOK_URL=${server.url}/api/whatsapp/${slug}/webhook`)
    return /WHATSAPP_HOOK_HMAC_KEY=(\S+)/.exec(lines)?.[1] as string
  }

  test('shows a refused delivery with its remedy, and then the first event, all on the same page', async () => {
    const page = await open(true)
    const secret = await add(page, 'waha-live')
    await page.evaluate(() => void Object.assign(globalThis, { stillTheSamePage: true }))
    expect((await hook('waha-live', working('another secret of twenty-four', 'shop'))).status).toBe(401)
    await page.getByText('A delivery came, and was refused').waitFor()
    await page.getByText('Compare the sender', { exact: false }).waitFor()
    expect((await hook('waha-live', working(secret, 'shop'))).status).toBe(200)
    await page.getByText('First event received').waitFor()
    await page.getByRole('link', { name: 'shop' }).waitFor()
    expect(await page.evaluate(() => 'stillTheSamePage' in globalThis)).toBe(true)
    await page.getByRole('link', { name: 'Go to the source' }).click()
    await page.getByText('What really arrives').waitFor()
    await page.close()
  })

  test('copies with one touch', async () => {
    const page = await open(true)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(`${server.url}/sources/waha-live`)
    await page.getByRole('button', { name: 'Copy' }).first().click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${server.url}/api/whatsapp/waha-live/webhook`)
    await page.close()
  })

  test('needs no JavaScript: a reload shows what came', async () => {
    const page = await open(false, 360)
    const secret = await add(page, 'waha-plain')
    await hook('waha-plain', working(secret, 'shop'))
    await page.getByRole('link', { name: 'Look again' }).click()
    await page.getByText('First event received').waitFor()
    expect(await page.content()).not.toContain(secret)
    await page.close()
  })

  test('can be done with the keyboard alone', async () => {
    const page = await open(true)
    await page.goto(`${server.url}/connect`)
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
    await until(async () => {
      await page.keyboard.press('Tab')
      return (await focused()).startsWith('WAHA')
    }, 'the card of WAHA to be reached')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/connect?provider=waha')
    await page.getByLabel('Name', { exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Waiting for the first event').waitFor()
    await page.close()
  })

  test('a rotation is told by facts while one looks on', async () => {
    const page = await open(true)
    await page.goto(`${server.url}/sources/waha-live`)
    await page.getByRole('button', { name: 'Rotate' }).click()
    await page.getByText('No sender uses the new secret yet').waitFor()
    const secret = (await page.locator('.created pre').textContent()) ?? ''
    await page.locator('#live-state[data-state=on]').waitFor()
    await hook('waha-live', working(secret, 'shop'))
    await page.getByText('the old one can go').waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: /Retire the old secret/ }).click()
    await page.getByText('proves nothing any more').waitFor()
    await page.close()
  })

  for (const { name, width, colorScheme } of [
    { name: 'light, at a desk', width: 1280, colorScheme: 'light' },
    { name: 'dark, on a small phone', width: 360, colorScheme: 'dark' },
  ] as const) {
    test(`every page of it can be used by everybody: ${name}`, async () => {
      await hook('waha-live', { headers: { 'content-type': 'application/json' }, body: '{}' })
      const { context, troubles: found } = await openWindow(browser, { viewport: { width, height: 800 }, colorScheme })
      await context.addCookies(cookiesOf(await server.logIn(), server.url))
      const page = await context.newPage()
      for (const path of PATHS) {
        await page.goto(`${server.url}${path}`)
        await page.evaluate(() => {
          for (const one of document.querySelectorAll('details:not(.menu)')) one.setAttribute('open', '')
        })
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (excess > 0) found.push(`${path} scrolls sideways by ${excess}`)
        found.push(...(await axeFindings(page)).map((finding) => `${path} ${finding}`))
      }
      await context.close()
      expect(found).toEqual([])
    })
  }

  test('ends without an error in the console and nothing against the policy', () => {
    expect(troubles).toEqual([])
  })
})

const PATHS = [
  '/sources',
  '/connect',
  '/connect?provider=auto',
  '/sources/default',
  '/sources/default/connect',
  '/sources/waha-live',
  '/sources/waha-live/connect',
  '/sources/waha-live/rejections',
  '/sources/waha-live/quarantine',
]

function cookiesOf(header: string, url: string): { name: string; value: string; url: string }[] {
  return header.split('; ').map((cookie) => ({ name: cookie.slice(0, cookie.indexOf('=')), value: cookie.slice(cookie.indexOf('=') + 1), url }))
}
