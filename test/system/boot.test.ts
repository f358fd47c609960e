import { afterAll, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boot } from '../../src/boot'
import { loadConfig } from '../../src/config'
import { freePort } from '../../src/store/free-port'

const folder = mkdtempSync(join(tmpdir(), 'linekeeper-boot-'))
// Root's Postgres runs as another user, who must be able to walk through.
chmodSync(folder, 0o755)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const configOn = (port: number) => loadConfig({ DATA_DIR: join(folder, 'data'), HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'silent' })
const isPostgresThere = () => existsSync(join(folder, 'data/postgres/postmaster.pid'))
const failureOf = (started: Promise<unknown>) =>
  started.then(
    () => undefined,
    (cause: Error) => cause.message,
  )

test('a start that fails late takes its Postgres with it, and one beside a running server leaves that its own', async () => {
  const port = await freePort()
  const other = Bun.serve({ port, hostname: '127.0.0.1', fetch: () => new Response() })
  expect(await failureOf(boot(configOn(port)))).toContain(String(port))
  expect(isPostgresThere()).toBe(false)
  await other.stop(true)

  const running = await boot(configOn(port))
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  expect(await failureOf(boot(configOn(await freePort())))).toContain('Another Linekeeper')
  expect(isPostgresThere()).toBe(true)
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  await running.stop()
  expect(isPostgresThere()).toBe(false)
}, 60_000)
