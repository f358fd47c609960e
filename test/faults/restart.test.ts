import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { connect } from '../../src/store/database'
import { freePort } from '../../src/store/free-port'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { freshDatabaseUrl } from '../support/database'
import { ADMIN, logInAt, SECRET, STARTING_MS, type TestServer } from '../support/server'
import { until } from '../support/until'
import { startLoad } from './load'
import { TestPostgres } from './postgres'
import { newDataDir, ServerProcess } from './server-process'
import { expectAllStored, expectStoredIn } from './stored'
import { startWatchers } from './watchers'

/** For folders that follow each other on one database. */
const ENCRYPTION_KEY = Buffer.alloc(32, 'key').toString('base64')

let data: ReturnType<typeof newDataDir>
beforeEach(() => {
  data = newDataDir()
})
afterEach(async () => {
  await ServerProcess.killAll()
  data.remove()
})

/** Posts, each on a connection of its own or on one that is kept, as senders do. */
const poster =
  (port: number, keepalive: boolean): TestServer['post'] =>
  ({ session, headers, body }) =>
    fetch(`http://127.0.0.1:${port}/api/whatsapp/webhook/${session}`, { method: 'POST', headers, body, keepalive })

// As docs/reliability.md advises for a rolling restart, where we may: else a connection can be reset in the moment in which a listener closes.
const MIGRATE = '/proc/sys/net/ipv4/tcp_migrate_req'
const migrated = process.getuid?.() === 0 && existsSync(MIGRATE) ? readFileSync(MIGRATE, 'utf8') : undefined
beforeAll(() => migrated !== undefined && writeFileSync(MIGRATE, '1'))
afterAll(() => migrated !== undefined && writeFileSync(MIGRATE, migrated))

describe('a rolling restart', () => {
  test('by a second instance on the same port: no post is refused, none is lost', async () => {
    const url = await freshDatabaseUrl()
    const port = await freePort()
    const env = { DATABASE_URL: url, DATA_DIR: data.path, REUSE_PORT: 'true' }
    const first = await ServerProcess.start(port, env)
    const loads = [startLoad(poster(port, false), 4, 15), startLoad(poster(port, true), 4, 15)]
    for (const load of loads) await load.more(30)
    const second = await ServerProcess.start(port, env)
    expect(await first.end('SIGTERM')).toBe(0)
    for (const load of loads) await load.more(30)
    await Promise.all(loads.map((load) => load.stop()))
    expect(loads.map((load) => [...load.statuses.keys()])).toEqual([[200], [200]])
    expect(await second.end('SIGTERM')).toBe(0)
    await expectStoredIn(
      url,
      loads.flatMap((load) => load.acknowledged),
    )
    expect(readdirSync(join(data.path, 'journal'))).toEqual([])
  }, 60_000)
})

test('an instance that hands over ends every connection with its answer', async () => {
  const port = await freePort()
  const server = await ServerProcess.start(port, { DATABASE_URL: await freshDatabaseUrl(), DATA_DIR: data.path, REUSE_PORT: 'true' })
  const answers = async () => {
    const webhook = await poster(port, true)(wwebjsDelivery(SECRET, 'over', 'ready'))
    const page = await fetch(`${server.url}/healthz`)
    expect([webhook.status, page.status]).toEqual([200, 200])
    return [webhook, page].map((answer) => answer.headers.get('connection'))
  }
  expect(await answers()).toEqual([null, null])
  const ended = server.end('SIGTERM')
  await server.says('Stopping: what was taken is finished first')
  expect(await answers()).toEqual(['close', 'close'])
  expect(await ended).toBe(0)
}, 30_000)

describe('open pages and heavy load', () => {
  test('do not hold an instance that hands over: it exits 0 in time, and the pages find the other one', async () => {
    const url = await freshDatabaseUrl()
    const port = await freePort()
    const env = { DATABASE_URL: url, DATA_DIR: data.path, REUSE_PORT: 'true', ...ADMIN }
    const first = await ServerProcess.start(port, env)
    const load = startLoad(poster(port, true), 8, 5)
    const watchers = startWatchers(`${first.url}/live?topic=events`, await logInAt(`http://localhost:${port}`), 20)
    await until(() => watchers.open === 20, 'all pages to have their stream')
    const second = await ServerProcess.start(port, env)
    await load.more(50)
    const toldAt = performance.now()
    expect(await first.end('SIGTERM')).toBe(0)
    expect(performance.now() - toldAt).toBeLessThan(10_000)
    await until(() => watchers.open === 20, 'all pages to have a stream of the other instance')
    watchers.told()
    let told = 0
    await until(() => (told += watchers.told()) >= 20, 'all pages to be told of what goes on')
    await load.stop()
    await watchers.stop()
    expect([...load.statuses.keys()]).toEqual([200])
    expect([...watchers.statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(await second.end('SIGTERM')).toBe(0)
    await expectStoredIn(url, load.acknowledged)
  }, 60_000)

  test('do not keep a single instance from stopping within ten seconds; nothing acknowledged is lost', async () => {
    const url = await freshDatabaseUrl()
    const port = await freePort()
    const server = await ServerProcess.start(port, { DATABASE_URL: url, DATA_DIR: data.path, ...ADMIN })
    const watchers = startWatchers(`${server.url}/live?topic=sessions`, await logInAt(`http://localhost:${port}`), 20)
    const load = startLoad(poster(port, true), 64, 0)
    await load.more(500)
    const toldAt = performance.now()
    expect(await server.end('SIGTERM')).toBe(0)
    expect(performance.now() - toldAt).toBeLessThan(10_000)
    await load.stop()
    await watchers.stop()
    await expectStoredIn(url, load.acknowledged)
    expect(readdirSync(join(data.path, 'journal'))).toEqual([])
  }, 60_000)
})

describe('with Postgres away', () => {
  let postgres: TestPostgres
  let sql: Sql
  beforeAll(async () => {
    postgres = await TestPostgres.start()
    sql = connect(postgres.url, 2)
  }, STARTING_MS)
  afterAll(async () => {
    await sql.end()
    await postgres.dispose()
  }, STARTING_MS)

  test('what a killed server had acknowledged is stored by the next one, which may be killed while it does so', async () => {
    const port = await freePort()
    const env = { DATABASE_URL: postgres.url, DATA_DIR: data.path, ENCRYPTION_KEY }
    let server = await ServerProcess.start(port, env)
    const load = startLoad(poster(port, true), 24, 0)
    await load.more(100)
    await postgres.kill()
    await load.more(2_000)
    const killed = server.end('SIGKILL')
    await load.stop()
    await killed
    await postgres.start()
    for (let kill = 0; kill < 3; kill++) {
      server = await ServerProcess.start(port, env)
      await server.says('The journal is being written into the database')
      await Bun.sleep(20 * kill)
      await server.end('SIGKILL')
    }
    server = await ServerProcess.start(port, env)
    await until(async () => (await server.journal()) === 0, 'the journal to be empty', 30_000)
    await expectAllStored(sql, load.acknowledged)
    expect(await server.end('SIGTERM')).toBe(0)
    expect(readdirSync(join(data.path, 'journal'))).toEqual([])
  }, 90_000)

  test('a server that is told to stop leaves its journal to the next start', async () => {
    const port = await freePort()
    const env = { DATABASE_URL: postgres.url, DATA_DIR: data.path, ENCRYPTION_KEY }
    const server = await ServerProcess.start(port, env)
    const load = startLoad(poster(port, true), 4)
    await load.more(20)
    await postgres.stop()
    await load.more(100)
    await load.stop()
    expect(await server.end('SIGTERM')).toBe(0)
    expect(readdirSync(join(data.path, 'journal')).length).toBe(1)
    await postgres.start()
    const next = await ServerProcess.start(port, env)
    await until(async () => (await next.journal()) === 0, 'the journal to be empty', 30_000)
    await expectAllStored(sql, load.acknowledged)
    expect(await next.end('SIGTERM')).toBe(0)
  }, 60_000)
})
