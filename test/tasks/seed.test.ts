import { afterAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { rebuild } from '../../src/ingest/rebuild'
import { openDatabase } from '../../src/store/database'
import { freePort } from '../../src/store/free-port'
import { freshDatabaseUrl } from '../support/database'
import { STARTING_MS, startTestServer } from '../support/server'
import { dataFolder, task } from './support/task'

const folder = dataFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('an empty database is filled once with sessions in every condition, and then left alone', async () => {
  const url = await freshDatabaseUrl()
  const env = { DATA_DIR: folder, DATABASE_URL: url, PORT: String(await freePort()) }
  const first = await task(['seed'], env)
  expect([first.code, first.err]).toEqual([0, ''])
  expect(first.out).toMatch(/\n46 sessions were made, of \d+ deliveries\.\n/)
  expect(first.out).toMatch(/secret, shown only now: [\w-]{43}\n$/)
  expect(await task(['seed'], env)).toMatchObject({ code: 0, out: expect.stringContaining('There are 46 sessions already: nothing was added.') })

  const database = await openDatabase(url, { write: 1, read: 3 })
  const statuses = await database.read<{ status: string }[]>`select distinct status from sessions order by 1`
  expect(statuses.map(({ status }) => status)).toEqual(['auth_failure', 'connected', 'disconnected', 'loading', 'qr'])
  expect((await rebuild(database.read, { repair: false })).differences).toEqual([])
  await database.close()
}, 60_000)

test(
  'where a server runs on the port, the sessions come through its door',
  async () => {
    const own = dataFolder()
    const server = await startTestServer({ DATA_DIR: own })
    const { port } = new URL(server.url)
    const done = await task(['seed', '--sessions', '10', '--seed', '7'], { DATA_DIR: own, DATABASE_URL: server.database.url, PORT: port })
    expect([done.code, done.err]).toEqual([0, ''])
    expect(done.out).toMatch(/^10 sessions were made, of \d+ deliveries\.\n$/)
    await server.stop()
    rmSync(own, { recursive: true, force: true })
  },
  STARTING_MS,
)

test('a number that cannot be is told in one sentence', async () => {
  expect((await task(['seed', '--sessions', 'many'], { DATA_DIR: folder })).err).toBe('--sessions many: a number from 1 to 1000\n')
})
