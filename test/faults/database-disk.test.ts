import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chownSync, closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { connect } from '../../src/store/database'
import { STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'
import { startLoad } from './load'
import { TestPostgres } from './postgres'
import { expectAllStored } from './stored'
import { describeOnSmallDisk, mountSmallDisk } from './tmpfs'

/** The tables are on it; the log of Postgres is not, since a Postgres that cannot write that ends, which is another fault. */
const disk = mountSmallDisk(48 << 20)
const ballast = join(disk.path, 'ballast')
afterAll(() => disk.unmount())

describeOnSmallDisk('a database whose disk is full', () => {
  let postgres: TestPostgres
  let owner: Sql
  let server: TestServer
  beforeAll(async () => {
    postgres = await TestPostgres.start()
    owner = connect(postgres.url, 1)
    const [row] = await owner<{ folder: string }[]>`select current_setting('data_directory') as folder`
    const { uid, gid } = statSync(row?.folder as string)
    const folder = join(disk.path, 'tables')
    mkdirSync(folder, { mode: 0o700 })
    chownSync(folder, uid, gid)
    await owner.unsafe(`create tablespace small location '${folder}'`)
    await owner`create database small tablespace small`
    const url = new URL(postgres.url)
    url.pathname = '/small'
    server = await startTestServer({ DATABASE_URL: url.href, RATE_LIMIT_STATUS: '100000' })
  }, STARTING_MS)
  afterAll(async () => {
    await server.stop()
    await owner.end()
    await postgres.dispose()
  }, STARTING_MS)

  const ready = async () => (await (await fetch(`${server.url}/readyz`)).json()) as { status: string; journal: number }

  test('loses nothing: the journal takes what it does not, and it gets everything by itself when there is room', async () => {
    const load = startLoad(server.post, 8)
    await load.more(50)
    fill(ballast)
    await until(async () => (await ready()).journal > 50, 'the journal to take over', 20_000)
    await load.more(50)
    const told = await server.database.write`create table filler as select repeat('x', 1000) from generate_series(1, 20000)`.catch((cause) => cause)
    expect(told).toMatchObject({ code: '53100' })
    expect((await ready()).status).toBe('ready')
    rmSync(ballast)
    await until(async () => (await ready()).journal === 0, 'the journal to be empty', 30_000)
    await load.more(50)
    await load.stop()
    expect([...load.statuses.keys()]).toEqual([200])
    await until(async () => (await ready()).journal === 0, 'the journal to be empty', 30_000)
    await expectAllStored(server.database.read, load.acknowledged)
  }, 90_000)
})

/** Takes all the room that there is. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(64 << 10))
  } catch (cause) {
    expect(cause).toMatchObject({ code: 'ENOSPC' })
  }
  closeSync(file)
}
