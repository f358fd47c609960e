import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../src/store/free-port'
import { dataFolder, startTask, task } from './support/task'

let folder: string
let port: number
let env: Record<string, string>
let up: ReturnType<typeof startTask>
let welcome: string

beforeAll(async () => {
  folder = dataFolder()
  port = await freePort()
  env = { DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'silent' }
  up = startTask(['up'], env)
  welcome = await up.said('Ctrl-C stops it.')
}, 60_000)
afterAll(async () => {
  up.child.kill('SIGKILL')
  await up.child.exited
  rmSync(folder, { recursive: true, force: true })
})

/** Sends what a printed curl line sends: CI has no curl. */
function send(line: string): Promise<Response> {
  const [, url = ''] = /curl -sS '([^']+)'/.exec(line) ?? []
  const headers = [...line.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name = '', value = '']) => [name, value] as [string, string])
  const [, body = ''] = /-d '([^']+)'/.exec(line) ?? []
  return fetch(url, { method: 'POST', headers, body })
}

const curlLine = (text: string) => text.split('\n').find((line) => line.startsWith('curl ')) as string

describe('the one command', () => {
  test('says what it is doing, and then where everything is', () => {
    expect(welcome).toContain('Creating the embedded Postgres')
    expect(welcome).toContain(`Dashboard    http://localhost:${port}`)
    expect(welcome).toMatch(/Set-up link {2}http:\/\/localhost:\d+\/setup\?token=[\w-]{43}\n/)
    expect(welcome).toContain(`Webhook URL  http://localhost:${port}/api/whatsapp/webhook/<session>`)
    expect(welcome).toMatch(/Secret {7}[\w-]{43}\n/)
  })

  test('prints a line to try that works as it stands, and tells no secret', async () => {
    const secret = /Secret {7}([\w-]{43})/.exec(welcome)?.[1] as string
    expect(curlLine(welcome)).not.toContain(secret)
    const answer = await send(curlLine(welcome))
    expect(await answer.json()).toMatchObject({ ok: true, duplicate: false })
    expect((await send(curlLine(welcome).replace('sha256=', 'sha256=0'))).status).toBe(401)
  })

  test('given twice says that it runs already', async () => {
    const { code, err } = await task(['up'], env)
    expect(code).toBe(1)
    expect(err.trim()).toBe(
      `Linekeeper runs on port ${port} already (http://127.0.0.1:${port}): use that one, or start another with PORT and DATA_DIR of its own`,
    )
  })

  test('on the data folder of a running server is refused, and leaves that one alone', async () => {
    const { code, err } = await task(['up'], { ...env, PORT: String(await freePort()) })
    expect(code).toBe(1)
    expect(err.trim()).toStartWith('Another Linekeeper runs on this database')
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  }, 30_000)

  test('adopts the database of a server that was killed, has lost nothing, and does not show the secret again', async () => {
    up.child.kill('SIGKILL')
    await up.child.exited
    up = startTask(['up'], env)
    const again = await up.said('Ctrl-C stops it.')
    expect(again).not.toContain('Creating the embedded Postgres')
    expect(again).toContain('the one of the first start')
    expect(await (await send(curlLine(again))).json()).toMatchObject({ ok: true })
  }, 60_000)

  test('stops with everything it started', async () => {
    const pidFile = join(folder, 'postgres', 'postmaster.pid')
    expect(existsSync(pidFile)).toBe(true)
    up.child.kill('SIGINT')
    expect(await up.child.exited).toBe(0)
    expect(existsSync(pidFile)).toBe(false)
  }, 30_000)
})

describe('a start that cannot be', () => {
  test('says every wrong variable at once', async () => {
    const { code, err, out } = await task(['up'], { ...env, STALE_AFTER: 'soon', LOG_LEVEL: 'loud' })
    expect([code, out]).toEqual([1, ''])
    expect(err.trim()).toBe(`The configuration has 2 problems:
  STALE_AFTER: given soon, allowed is a duration such as 60s, 15m, 3h or 14d, at least 1s
  LOG_LEVEL: given loud, allowed is one of trace, debug, info, warn, error, fatal, silent`)
  })

  test('says who has the port, before it starts anything', async () => {
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello') })
    const taken = other.port ?? 0
    const { code, err } = await task(['up'], { ...env, PORT: String(taken), DATA_DIR: join(folder, 'unused') })
    await other.stop(true)
    expect(code).toBe(1)
    expect(err.trim()).toBe(`Port ${taken} is taken by another program: stop it, or choose another port, for example PORT=${taken + 1}`)
    expect(existsSync(join(folder, 'unused'))).toBe(false)
  })

  test('says that the data folder cannot be written', async () => {
    const { code, err } = await task(['up'], { ...env, DATA_DIR: '/dev/null/data' })
    expect(code).toBe(1)
    expect(err.trim()).toStartWith('The data folder /dev/null/data cannot be written')
    expect(err).not.toContain(' at ')
  })

  test('says that the database cannot be reached, without its password', async () => {
    const { code, err } = await task(['up'], { ...env, DATABASE_URL: `postgres://me:S3CRET@127.0.0.1:${await freePort()}/x` })
    expect(code).toBe(1)
    expect(err.trim()).toStartWith('The database cannot be reached at postgres://me:•••@127.0.0.1')
    expect(err).not.toContain('S3CRET')
  })
})
