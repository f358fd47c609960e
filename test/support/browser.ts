/** A real browser for tests: `CHROME_PATH`, else one on the machine. */
import { describe } from 'bun:test'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const MAC = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']

const browserPath = process.env.CHROME_PATH ?? NAMES.map((name) => Bun.which(name)).find((path) => path !== null) ?? (await firstOf(MAC))

const REMEDY = 'Browser tests need a Chromium: install one (apt-get install chromium, brew install --cask chromium) or name it with CHROME_PATH'

/** Skipped with one line where there is no browser; in CI that is a failure. */
export function describeInBrowser(name: string, body: () => void): void {
  if (browserPath === undefined && process.env.CI === 'true') throw new Error(REMEDY)
  if (browserPath === undefined) console.warn(`${REMEDY}. Skipped: ${name}`)
  // Only a person without a browser comes here with nothing to run: CI has failed above.
  describe.skipIf(browserPath === undefined)(name, body)
}

export function launchBrowser(): Promise<Browser> {
  // Root has no sandbox, and containers have a small /dev/shm.
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage']
  return chromium.launch({ executablePath: browserPath as string, args })
}

export interface Watched {
  context: BrowserContext
  /** Errors of scripts, violations of the content security policy, dialogs and failed loads, of all pages so far. */
  troubles: string[]
}

/** A browser window that notes everything that must not happen. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const troubles: string[] = []
  context.on('page', (page) => watch(page, troubles))
  return { context, troubles }
}

function watch(page: Page, troubles: string[]): void {
  const note = (what: string) => troubles.push(`${new URL(page.url()).pathname}: ${what}`)
  page.on('pageerror', (error) => note(error.message))
  // Chromium writes violations of the policy there too, whatever page scripts can see of them.
  page.on('console', (message) => message.type() === 'error' && note(message.text()))
  page.on('dialog', (dialog) => {
    note(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
}

async function firstOf(paths: string[]): Promise<string | undefined> {
  for (const path of paths) if (await Bun.file(path).exists()) return path
  return undefined
}
