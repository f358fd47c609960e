/** Every page in a real browser: axe finds nothing, nothing scrolls sideways, nothing breaks the content security policy. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { describeInBrowser } from '../support/browser'
import { launch } from './support/browser'
import { startPreview } from './support/preview'

const PATHS = [
  '/',
  '/?q=shop&health=ok',
  '/?group=source',
  '/?q=nobody',
  '/empty',
  '/session/qr',
  '/session/code',
  '/session/loading',
  '/session/down',
  '/events',
  '/events/1',
  '/events/2',
  '/settings/api-keys',
  '/login',
  '/setup',
  '/error?status=404',
]
const LOOKS = [
  { name: 'a desk, light', width: 1280, colorScheme: 'light' },
  { name: 'a small phone, dark', width: 360, colorScheme: 'dark' },
] as const

setDefaultTimeout(120_000)

interface Axe {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
}

describeInBrowser('every page', () => {
  const preview = startPreview()
  let browser: Browser
  let axe: string
  beforeAll(async () => {
    browser = await launch()
    axe = await Bun.file(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir)).text()
  })
  afterAll(async () => {
    await browser.close()
    preview.stop()
  })

  const violations = async (page: Page): Promise<string[]> => {
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Page.setBypassCSP', { enabled: true })
    await page.evaluate(axe)
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: Axe }
      const { violations } = await axe.run({ resultTypes: ['violations'] })
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)
    })
  }

  for (const { name, width, colorScheme } of LOOKS) {
    test(`is fit for everybody on ${name}`, async () => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme })
      const found: string[] = []
      for (const path of PATHS) {
        const page = await context.newPage()
        page.on('console', (message) => message.type() === 'error' && !message.text().includes('404') && found.push(`${path} ${message.text()}`))
        await page.goto(new URL(path, preview.url).href)
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (excess > 0) found.push(`${path} scrolls sideways by ${excess}`)
        found.push(...(await violations(page)).map((violation) => `${path} ${violation}`))
        await page.close()
      }
      await context.close()
      expect(found).toEqual([])
    })
  }

  test('shows a QR of at least 240 pixels, black on white, in both themes', async () => {
    for (const { width, colorScheme } of LOOKS) {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
      await page.goto(new URL('/session/qr', preview.url).href)
      expect((await page.locator('.qr').boundingBox())?.width).toBeGreaterThanOrEqual(240)
      expect(await page.locator('.qr rect').getAttribute('fill')).toBe('#fff')
      expect(await page.locator('.qr path').getAttribute('fill')).toBe('#000')
      await page.close()
    }
  })

  test('keeps a first visit under 100 kB, compressed', async () => {
    const names = [
      '/',
      '/assets/app.css',
      '/assets/theme.js',
      '/assets/htmx.js',
      '/assets/hx-sse.js',
      '/assets/app.js',
      '/assets/icons.svg',
      '/assets/favicon-down.svg',
    ]
    const sizes = await Promise.all(names.map(async (name) => Bun.gzipSync(await (await fetch(new URL(name, preview.url))).bytes()).length))
    expect(sizes[0]).toBeLessThan(20_000)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000)
  })
})
