/**
 * A fresh, migrated database for a test file, on a real Postgres: `TEST_DATABASE_URL` when it is set, else one embedded
 * cluster shared by the whole run. Databases are copied from a migrated template, which takes a few ten milliseconds.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Database, openDatabase } from '../../src/store/database'
import { type EmbeddedDatabase, startEmbedded } from '../../src/store/embedded'
import { migrateDatabase } from '../../src/store/migrate'

/** Test databases are small and come and go: what a whole ledger wants would only take time. */
export const SMALL = { shared_buffers: '128MB' }

let template: Promise<string> | undefined
let cluster: EmbeddedDatabase | undefined
let clusterDir: string | undefined
let counter = 0

/** The caller closes it; the database itself goes with the cluster. */
export async function freshDatabase(): Promise<Database> {
  return openDatabase(await freshDatabaseUrl(), { write: 4, read: 4 })
}

export async function freshDatabaseUrl(): Promise<string> {
  template ??= makeTemplate()
  const templateUrl = await template
  const name = `lk_test_${process.pid}_${++counter}`
  const admin = connect(templateUrl.replace(/\/[^/]*$/, '/postgres'), 1)
  await admin.unsafe(`drop database if exists ${name} with (force)`)
  await admin.unsafe(`create database ${name} template ${databaseOf(templateUrl)}`)
  await admin.end()
  return templateUrl.replace(/\/[^/]*$/, `/${name}`)
}

async function makeTemplate(): Promise<string> {
  const base = process.env.TEST_DATABASE_URL ?? (await startTestCluster())
  const url = base.replace(/\/[^/]*$/, `/lk_template_${process.pid}`)
  const admin = connect(base.replace(/\/[^/]*$/, '/postgres'), 1)
  await admin.unsafe(`drop database if exists ${databaseOf(url)} with (force)`)
  await admin.unsafe(`create database ${databaseOf(url)}`)
  await admin.end()
  await migrateDatabase(url)
  return url
}

async function startTestCluster(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-test-'))
  // Root's Postgres runs as another user, who must be able to walk through.
  chmodSync(dataDir, 0o755)
  cluster = await startEmbedded(dataDir, () => {}, { settings: SMALL })
  clusterDir = dataDir
  return cluster.url
}

/** Called once, after the last test file. */
export async function stopTestCluster(): Promise<void> {
  await cluster?.stop()
  if (clusterDir) rmSync(clusterDir, { recursive: true, force: true })
}

const databaseOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)
