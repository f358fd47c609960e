import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { freePort } from '../../src/store/free-port'
import { KEY } from '../support/life'
import { until } from '../support/until'
import { dataFolder, startTask } from './support/task'

/** As many as castOf makes when nobody says how many. */
const SESSIONS = 46

let folder: string
let url: string
let up: ReturnType<typeof startTask>

beforeAll(async () => {
  folder = dataFolder()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  up = startTask(['up', '--demo'], { DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'silent', API_KEY: KEY })
  await up.said('Ctrl-C stops it.')
}, 60_000)
afterAll(async () => {
  up.child.kill('SIGKILL')
  await up.child.exited
  rmSync(folder, { recursive: true, force: true })
})

interface Shown {
  status: string
  health: string
  provider: string
}

test('the demo fills the dashboard within ten seconds with sessions of every kind, and stops with the server', async () => {
  const sessions = await until(async () => {
    const answer = await fetch(`${url}/api/v1/sessions?limit=100`, { headers: { 'x-api-key': KEY } })
    const { data } = (await answer.json()) as { data: Shown[] }
    return data.length >= SESSIONS && data
  }, `${SESSIONS} sessions`)
  await up.said(`The demo plays ${SESSIONS} sessions.`)
  const seen = (what: keyof Shown) => new Set(sessions.map((session) => session[what]))
  for (const status of ['qr', 'connected', 'disconnected', 'auth_failure']) expect(seen('status')).toContain(status)
  for (const health of ['ok', 'flapping', 'down']) expect(seen('health')).toContain(health)
  expect(seen('provider').size).toBeGreaterThan(2)
  up.child.kill('SIGINT')
  expect(await up.child.exited).toBe(0)
}, 60_000)
