import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createArrivals } from '../../src/ingest/arrival'
import { Writer } from '../../src/ingest/writer'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { filesBelow } from '../journal/support'
import { freshDatabase } from '../support/database'
import { entry, event } from '../support/entries'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'
import { TestPostgres } from './postgres'
import { describeOnSmallDisk, mountSmallDisk } from './tmpfs'

const ready = (session: string) => wwebjsDelivery(SECRET, session, 'ready')
const filler = (session: string) => wwebjsDelivery(SECRET, session, 'unknown_event', { text: 'many words '.repeat(9_000) })

describeOnSmallDisk('a server whose database is away', () => {
  const disk = mountSmallDisk(4 << 20)
  let postgres: TestPostgres
  let server: TestServer
  beforeAll(async () => {
    postgres = await TestPostgres.start()
    server = await startTestServer({ DATABASE_URL: postgres.url, DATA_DIR: disk.path, RATE_LIMIT_STATUS: '100000' })
  }, STARTING_MS)
  afterAll(async () => {
    await server.stop()
    await postgres.dispose()
    disk.unmount()
  }, STARTING_MS)

  const readiness = async () => {
    const answer = await fetch(`${server.url}/readyz`)
    return { code: answer.status, ...((await answer.json()) as { journal: number; reasons: string[] }) }
  }

  test('and whose disk is full, too, asks senders to come back, and takes again by itself; all it acknowledged is stored', async () => {
    expect((await server.post(ready('before'))).status).toBe(200)
    await postgres.stop()
    const statuses: number[] = []
    while (statuses.at(-1) !== 503) {
      const answer = await server.post(filler('full'))
      statuses.push(answer.status)
      if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const kept = statuses.length - 1
    expect(kept).toBeGreaterThan(10)
    const told = await readiness()
    expect(told.code).toBe(503)
    expect(told.reasons).toContain('The journal is full, or its disk refuses')
    await postgres.start()
    await until(async () => (await readiness()).journal === 0, 'the journal to be empty', 20_000)
    expect((await server.post(filler('full'))).status).toBe(200)
    const [stored] = await server.database.read<
      { count: number }[]
    >`select count(*)::int as count from events e join sessions s using (session_id) where s.name = 'full'`
    expect(stored?.count).toBe(kept + 1)
    expect((await readiness()).code).toBe(200)
  }, 60_000)

  test('and whose journal is damaged meanwhile stores all the rest, keeps the file and raises an issue', async () => {
    await postgres.stop()
    // One after the other: each is a record of its own place.
    for (let nth = 0; nth < 6; nth++) expect((await server.post(ready(`damaged-${nth}`))).status).toBe(200)
    const [path = ''] = filesBelow(join(disk.path, 'journal'), '.segment')
    const content = readFileSync(path)
    const middle = Math.floor(content.byteLength / 2)
    content[middle] = (content[middle] as number) ^ 0xff
    writeFileSync(path, content)
    await postgres.start()
    await until(async () => (await readiness()).journal === 0, 'the journal to be empty', 20_000)
    const sessions = await server.database.read`select name from sessions where name like 'damaged-%'`
    expect(sessions.length).toBe(5)
    const issue = await until(async () => (await server.database.read`select detail from issues where kind = 'damaged_journal'`)[0], 'the issue')
    expect(issue.detail).toContain('One record is missing')
    const [aside = ''] = filesBelow(join(disk.path, 'journal', 'damaged'))
    expect(readFileSync(aside).equals(content)).toBe(true)
    rmSync(aside)
  }, 60_000)
})

describe('a clock that jumps', () => {
  test('an hour ahead and back changes neither the order of what arrives nor the state it folds to', async () => {
    const database = await freshDatabase()
    const writer = new Writer(database.write, Date.now)
    const start = Date.now()
    let now = start
    const arrival = createArrivals(() => now)
    const told = ['session.connected', 'session.disconnected', 'session.connected', 'session.disconnected', 'session.connected'] as const
    const jumps = [0, 3_600_000, -3_600_000, -7_200_000, 60_000]
    for (const [nth, type] of told.entries()) {
      now = start + (jumps[nth] as number)
      await writer.append(entry('jumpy', [event(type)], arrival().at))
    }
    const rows = await database.read<{ type: string }[]>`select type from events order by at, id`
    expect(rows.map((row) => row.type)).toEqual([...told])
    const [session] = await database.read<{ status: string; seq: number }[]>`select status, seq from sessions where name = 'jumpy'`
    expect(session).toEqual({ status: 'connected', seq: 5 })
    await writer.close()
    await database.close()
  })

  test('years ahead is stored all the same, outside of the partitions of these days', async () => {
    const database = await freshDatabase()
    const writer = new Writer(database.write, Date.now)
    await writer.append(entry('future', [event('session.connected')], Date.now() + 10 * 365 * 86_400_000))
    const [strays] = await database.read<{ count: number }[]>`select count(*)::int as count from events_default`
    expect(strays?.count).toBe(1)
    await writer.close()
    await database.close()
  })
})
