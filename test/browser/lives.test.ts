/**
 * Each kind of sender from its first code to being logged out: through its own REST API where it has one, by its own recorded webhooks,
 * up to what an operator sees in a browser that never loads the page again.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { textInQr } from '../../src/providers/qr-image'
import { Chance } from '../../src/tasks/simulate/chance'
import { qrCode } from '../../src/tasks/simulate/life'
import { describeInBrowser, launchBrowser, openWindow, type Watched } from '../support/browser'
import { API_KEY, deskAt, isMarked, mark } from '../support/desk'
import { ADMIN, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'
import { evolutionLife } from './lives/evolution-api'
import { gowaLife } from './lives/gowa'
import { CONNECTED, type Life, type LoggedOut, type Pairing, type Scene, sceneOf } from './lives/life'
import { metaLife } from './lives/meta-cloud-api'
import { openWaV4Life } from './lives/open-wa-v4'
import { openWaV5Life } from './lives/open-wa-v5'
import { wahaLife } from './lives/waha'
import { wppconnectLife } from './lives/wppconnect-server'
import { wuzapiLife } from './lives/wuzapi'
import { wwebjsLife } from './lives/wwebjs-api'

setDefaultTimeout(90_000)

const LIVES: readonly Life[] = [wwebjsLife, wahaLife, evolutionLife, wppconnectLife, gowaLife, wuzapiLife, openWaV4Life, openWaV5Life, metaLife]

/** As long as real ones. */
const chance = new Chance(1)
const CODES = [qrCode(chance), qrCode(chance), qrCode(chance)] as const
/** Some codes are asked for by and by. */
const ASKED_WITHIN_MS = 30_000

describeInBrowser('before the eyes of an operator', () => {
  let server: TestServer
  let browser: Browser
  let window: Watched

  beforeAll(async () => {
    server = await startTestServer({ ...ADMIN, API_KEY })
    browser = await launchBrowser()
    window = await openWindow(browser)
    const page = await window.context.newPage()
    await deskAt(server, page).logIn()
    await page.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  describe.each(LIVES.map((life) => [life.dialect.id, life] as const))('a session of %s', (id, life) => {
    let page: Page
    let scene: Scene
    let undo: (() => void) | undefined

    beforeAll(async () => {
      undo = life.hurry?.()
      page = await window.context.newPage()
      page.setDefaultTimeout(10_000)
      const desk = deskAt(server, page)
      scene = sceneOf(life, desk, server.url)
      await desk.make(id)
      if (life.api) await desk.connect(id, life.api.server.url, life.api.key)
    })
    afterAll(async () => {
      undo?.()
      await page?.close()
      await life.api?.server.stop()
    })

    test('has a page, with the buttons for what its sender can do', async () => {
      await life.appears(scene)
      await scene.desk.open(id, life.session)
      await page.locator('#live-state[data-state=on]').waitFor()
      await mark(page)
      expect(await page.locator('#session-control .actions').locator('> form button, summary').allInnerTexts()).toEqual([...life.buttons])
      expect(await codeOn(page).count()).toBe(0)
    })

    const { pairing } = life
    if (pairing) {
      test('shows each of its codes as a picture that a phone can read', async () => {
        await showsCode(scene, pairing, CODES[0], 1)
        await showsCode(scene, pairing, CODES[1], 2)
      })

      test('is connected once a phone has scanned, and shows no code any more', () => isScanned(scene, pairing))
    }

    test('shows what was received, and on its own messages each tick as it comes', async () => {
      await life.receives(scene)
      await page.locator('#session-messages li', { hasText: 'received from' }).first().waitFor()
      await scene.desk.status('Connected')
      for (const [word, tell] of life.ticks) {
        await tell(scene)
        const own = page.locator('#session-messages li', { hasText: 'sent to' })
        await own.locator(word === '' ? '.content' : `.ticks:has-text("${word}")`).waitFor()
        expect(await own.count()).toBe(1)
        if (word === '') expect(await own.locator('.ticks').count()).toBe(0)
      }
    })

    test('tells in its timeline how it fell away and came back', async () => {
      for (let i = 0; i < 3; i++) {
        await life.flap.drops(scene)
        await scene.desk.status(life.flap.away)
        if (life.flap.why) await page.locator('#session-head').getByText(life.flap.why).waitFor()
        await life.flap.returns(scene)
        await scene.desk.status(CONNECTED)
      }
      await scene.desk.status('Connected, but flapping')
      const timeline = page.locator('#session-timeline')
      if (life.flap.why === 'banned by WhatsApp') await timeline.getByText('banned by WhatsApp').nth(2).waitFor()
      else await timeline.getByText(/^3 reconnects in /).waitFor()
    })

    test('says that it was unlinked on the phone, and that a person has to do something', async () => {
      await life.unlinked(scene)
      await isLoggedOut(scene, life.unlinkedAs)
    })

    const { logOut } = life
    if (pairing && logOut) {
      test('is scanned again, and logged out by its button', async () => {
        await showsCode(scene, pairing, CODES[2], 1)
        await isScanned(scene, pairing)
        await scene.desk.confirm('Log out', `Log out ${life.session}`)
        await scene.desk.outcome('somebody has to scan a new code')
        await scene.asked(logOut.call)
        await logOut.follows?.(scene)
        await isLoggedOut(scene)
      })
    }

    for (const [sentence, step] of Object.entries(life.besides ?? {})) test(sentence, () => step(scene) as Promise<void>)

    test('did all of that on one page, without an error and nothing against the policy', async () => {
      expect(await isMarked(page)).toBe(true)
      expect(window.troubles).toEqual([])
    })
  })
})

const codeOn = (page: Page) => page.getByRole('img', { name: 'QR code to scan with WhatsApp' })

/** @param nth of this pairing. */
async function showsCode(scene: Scene, pairing: Pairing, code: string, nth: number): Promise<void> {
  const { page } = scene.desk
  await pairing.shows(scene, code, nth === 1)
  await page.getByText(`Code ${nth}`, { exact: true }).waitFor({ timeout: ASKED_WITHIN_MS })
  await scene.desk.status('Waiting for scan')
  await until(async () => textInQr(await codeOn(page).screenshot()) === code, 'the code on the screen', ASKED_WITHIN_MS)
}

async function isScanned(scene: Scene, pairing: Pairing): Promise<void> {
  await pairing.scanned(scene)
  await scene.desk.status(CONNECTED)
  await codeOn(scene.desk.page).waitFor({ state: 'detached' })
}

async function isLoggedOut({ desk }: Scene, { status, why }: LoggedOut = { status: 'Disconnected', why: 'logged out' }): Promise<void> {
  await desk.status(status)
  await desk.page.locator('#session-head').getByText(why, { exact: true }).waitFor()
  await desk.page.locator('#session-timeline li').first().getByText(why).waitFor()
  expect(await codeOn(desk.page).count()).toBe(0)
}
