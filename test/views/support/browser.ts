/** A Chromium for the tests that need one: CHROME_PATH, or one that is on the machine. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

export const chromePath = PLACES.find((place) => place !== undefined && existsSync(place))

export function launch(): Promise<Browser> {
  if (!chromePath) throw new Error('No Chromium found; set CHROME_PATH')
  return chromium.launch({
    executablePath: chromePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  })
}
