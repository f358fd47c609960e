import { afterAll, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { freePort } from '../../src/store/free-port'
import { freshDatabaseUrl } from '../support/database'
import { dataFolder, startTask } from './support/task'

const folder = dataFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function startUp(): Promise<ReturnType<typeof startTask>> {
  return startTask(['up'], { DATABASE_URL: await freshDatabaseUrl(), DATA_DIR: folder, PORT: String(await freePort()), LOG_LEVEL: 'info' })
}

const logOf = (out: string) => out.split('\n').filter((line) => line.startsWith('{'))

describe('SIGTERM', () => {
  test('is told in the log when it comes and when everything is closed, and the exit code is 0', async () => {
    const up = await startUp()
    await up.said('Ctrl-C stops it.')
    up.child.kill('SIGTERM')
    expect(await up.child.exited).toBe(0)
    const [stopping, stopped] = logOf(await up.said('"Stopped"'))
      .slice(-2)
      .map((line) => JSON.parse(line) as unknown)
    expect(stopping).toMatchObject({ level: 'info', msg: 'Stopping: what was taken is finished first', signal: 'SIGTERM' })
    expect(stopped).toMatchObject({ level: 'info', msg: 'Stopped', tookMs: expect.any(Number) })
  }, 30_000)

  test('while it starts stops it as cleanly, as soon as it has', async () => {
    const up = await startUp()
    await up.said('Starting Linekeeper')
    up.child.kill('SIGTERM')
    expect(await up.child.exited).toBe(0)
    expect(await up.said('"Stopped"')).toContain('Linekeeper listens')
  }, 30_000)
})
