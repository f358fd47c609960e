import { afterAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../src/store/database'
import { migrateDatabase } from '../../src/store/migrate'
import { createLogger } from '../../src/telemetry/logger'
import { createReport } from '../../src/telemetry/report'
import { TestPostgres } from '../faults/postgres'
import { newDataDir } from '../faults/server-process'
import { readRecordings } from '../providers/samples'
import { foundIn, openAnySender, secretsOf } from '../support/any-sender'
import { dumpOf } from '../support/dump'
import { PostgresGate } from '../support/postgres-gate'
import { until } from '../support/until'

/** The journal is as private as the database, and as free of what proves a sender; so is the log of Postgres. */

const OWN = 'PLANTED-the-secret-of-this-source'

const data = newDataDir()
const postgres = await TestPostgres.start()
await migrateDatabase(postgres.url)
const gate = await PostgresGate.before(postgres.url)
const database = await openDatabase(gate.through(postgres.url), { write: 2, read: 2 })
const { ingest, setSource, post, direct, close } = await openAnySender(database, postgres.url, OWN, { DATA_DIR: data.path })
const shelter = await ingest.openJournal(createReport(createLogger('silent'), { capture() {}, async close() {} }))
afterAll(async () => {
  await close()
  await database.close()
  await gate.shut()
  await postgres.dispose()
  data.remove()
})

function journalled(): string {
  const root = join(data.path, 'journal')
  const files = (readdirSync(root, { recursive: true }) as string[]).map((name) => join(root, name)).filter((path) => statSync(path).isFile())
  return files.map((path) => readFileSync(path, 'utf8')).join('\n')
}

test('what the journal takes of all samples contains none of their secrets, nor does the log of Postgres when it is emptied', async () => {
  await gate.shut()
  const secrets = new Map([[OWN, 'the source']])
  const samples = await readRecordings()
  for (const sample of samples) {
    const own = sample.meta.secret ?? OWN
    setSource(own, [{ scheme: 'none' }])
    for (const secret of secretsOf(sample)) secrets.set(secret, sample.name)
    const headers = { ...sample.headers, 'x-shop': `key ${own}` }
    expect([sample.name, await post('webhook/journalled', sample.body, headers)]).toEqual([sample.name, 200])
  }
  expect(shelter.journal.state.records).toBeGreaterThan(samples.length / 2)
  expect(secrets.size).toBeGreaterThan(20)
  expect(journalled()).toContain('journalled')
  expect(foundIn(journalled(), secrets)).toEqual([])

  await gate.open()
  await until(() => shelter.journal.isEmpty, 'the journal to be empty', 20_000)
  expect(foundIn(await dumpOf(direct), secrets)).toEqual([])
  expect(foundIn(readFileSync(postgres.logFile, 'utf8'), secrets)).toEqual([])
}, 60_000)
