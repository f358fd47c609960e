/** An operator's desk: what a person does and sees in a browser window, and what the senders post meanwhile. */
import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { ADMIN, type TestServer } from './server'

export const API_KEY = 'the api key of these tests'
export const SECRET = 'a webhook secret of forty characters, or so'

export interface Desk {
  page: Page
  logIn(): Promise<void>
  /** Makes a source that is called as its provider. */
  make(provider: string): Promise<void>
  /** Enters the address and the key of its REST API. */
  connect(slug: string, baseUrl: string, key: string): Promise<void>
  /** A sender posts this, and gets its 200. @param delivery without a session, to the URL of the source. */
  hear(slug: string, delivery: { session: string | null; headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> }): Promise<void>
  open(slug: string, name: string): Promise<unknown>
  /** Waits until the head of the page says this of the session. */
  status(word: string | RegExp, timeout?: number): Promise<void>
  /** Waits until this is said of the last action. */
  outcome(words: string): Promise<void>
  act(name: string): Promise<void>
  /** Presses what asks twice. */
  confirm(name: string, button: string): Promise<void>
}

/** A server for it is started with `{ ...ADMIN, API_KEY }`. */
export function deskAt(server: TestServer, page: Page): Desk {
  const control = page.locator('#session-control')
  const act = (name: string) => control.getByRole('button', { name, exact: true }).click()
  return {
    page,
    async logIn() {
      await page.goto(`${server.url}/login`)
      await page.getByLabel('E-mail').fill(ADMIN.ADMIN_EMAIL)
      await page.getByLabel('Password').fill(ADMIN.ADMIN_PASSWORD)
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.waitForURL(`${server.url}/`)
    },
    async make(provider) {
      const body = JSON.stringify({ slug: provider, label: provider, provider, secret: SECRET })
      const made = await fetch(`${server.url}/api/v1/sources`, { method: 'POST', body, headers: { authorization: `Bearer ${API_KEY}` } })
      expect(made.status).toBe(201)
    },
    async connect(slug, baseUrl, key) {
      await page.goto(`${server.url}/sources/${slug}/control`)
      await page.getByLabel('Base URL').fill(baseUrl)
      await page.locator('#key').fill(key)
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').waitFor()
    },
    async hear(slug, { session, headers, body }) {
      const answer = await fetch(`${server.url}/api/whatsapp/${slug}/webhook${session === null ? '' : `/${session}`}`, { method: 'POST', headers, body })
      expect(answer.status).toBe(200)
    },
    open: (slug, name) => page.goto(`${server.url}/sessions/${slug}/${name}`),
    status: (word, timeout = 10_000) => page.locator('#session-head').getByText(word, { exact: true }).first().waitFor({ timeout }),
    outcome: (words) => control.getByText(words).first().waitFor(),
    act,
    async confirm(name, button) {
      await control.locator('summary', { hasText: name }).click()
      await act(button)
    },
  }
}

/** A reload would wipe it away. */
export const mark = (page: Page) => page.evaluate(() => void Object.assign(globalThis, { stillTheSamePage: true }))
export const isMarked = (page: Page) => page.evaluate(() => 'stillTheSamePage' in globalThis)
