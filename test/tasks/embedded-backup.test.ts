import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../src/store/free-port'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { KEY } from '../support/life'
import { SECRET } from '../support/server'
import { dataFolder, startTask, task } from './support/task'

/** Without DATABASE_URL: the tasks find the embedded Postgres by DATA_DIR, running or not. */

const folder = dataFolder()
const restored = dataFolder()
const [running, stopped] = ['running.lkb', 'stopped.lkb'].map((name) => join(folder, name)) as [string, string]
let up: ReturnType<typeof startTask>
let env: Record<string, string>
let told: unknown

beforeAll(async () => {
  env = { PORT: String(await freePort()), LOG_LEVEL: 'silent', API_KEY: KEY, WEBHOOK_SECRET: SECRET, STALE_AFTER: '1d' }
  up = startTask(['up'], { ...env, DATA_DIR: folder })
  await up.said('Ctrl-C stops it.')
  await post('shop')
  told = await session('shop')
}, 60_000)
afterAll(async () => {
  up.child.kill('SIGKILL')
  await up.child.exited
  for (const each of [folder, restored]) rmSync(each, { recursive: true, force: true })
})

const url = (path: string) => `http://127.0.0.1:${env.PORT}${path}`

async function post(name: string): Promise<void> {
  const { headers, body } = wwebjsDelivery(SECRET, name, 'ready')
  expect((await fetch(url(`/api/whatsapp/webhook/${name}`), { method: 'POST', headers, body })).status).toBe(200)
}

async function session(name: string): Promise<unknown> {
  return (await fetch(url(`/api/v1/sessions/default/${name}`), { headers: { 'x-api-key': KEY } })).json()
}

async function stop(): Promise<void> {
  up.child.kill('SIGINT')
  expect(await up.child.exited).toBe(0)
}

const isRunning = (dataDir: string) => existsSync(join(dataDir, 'postgres', 'postmaster.pid'))

describe('the embedded Postgres', () => {
  test('is backed up while the server runs, which goes on', async () => {
    expect(await task(['backup', '--out', running], { ...env, DATA_DIR: folder })).toMatchObject({ code: 0, err: '' })
    expect((await fetch(url('/readyz'))).status).toBe(200)
    await post('later')
    expect(await session('later')).toMatchObject({ status: 'connected' })
  }, 30_000)

  test('is backed up when the server has stopped: it is started for that, and stopped again', async () => {
    await stop()
    expect(isRunning(folder)).toBe(false)
    expect(await task(['backup', '--out', stopped], { ...env, DATA_DIR: folder })).toMatchObject({ code: 0, err: '' })
    expect(isRunning(folder)).toBe(false)
  }, 30_000)

  test.each([
    ['of a running server', running, [], { status: 404 }],
    ['of a stopped one, over what is there', stopped, ['--force'], { status: 'connected' }],
  ] as const)(
    'is made anew in another DATA_DIR from the backup %s, with the same sessions',
    async (_what, file, flags, later) => {
      const there = { ...env, DATA_DIR: restored }
      copyFileSync(join(folder, 'encryption.key'), join(restored, 'encryption.key'))
      expect(await task(['restore', file, ...flags], there)).toMatchObject({ code: 0, err: '' })
      expect(isRunning(restored)).toBe(false)
      up = startTask(['up'], there)
      expect(await up.said('Ctrl-C stops it.')).toContain('Secret       the one of the first start')
      expect(await session('shop')).toEqual(told)
      expect(await session('later')).toMatchObject(later)
      // The secret is sealed with the key that was put back.
      await post('shop')
      await stop()
    },
    60_000,
  )
})
