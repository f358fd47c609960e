import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import { connect } from './database'
import { ensurePartitions } from './partitions'

const MIGRATIONS = join(import.meta.dir, '../../db/migrations')
const LOCK = 727_201

/** Brings the schema up to date. Safe when several instances start at once: the first does it, the others wait. */
export async function migrateDatabase(url: string, now = Date.now()): Promise<void> {
  // A client of its own: drizzle() changes the parsers of the client it is given.
  const client = connect(url, 1)
  try {
    await client`select pg_advisory_lock(${LOCK})`
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
    await ensurePartitions(client, now)
  } catch (cause) {
    throw new AppError('unavailable', `The database could not be migrated: ${(cause as Error).message}`, { cause })
  } finally {
    await client.end({ timeout: 1 })
  }
}

let shipped: Promise<string[]> | undefined

/** How many of this version's migrations the database has not had. That it has had some of a later version is no harm: they only add. */
export async function countPendingMigrations(sql: Sql): Promise<number> {
  // A read that failed is tried again by the next who asks.
  shipped ??= hashesOf(MIGRATIONS).catch((cause) => {
    shipped = undefined
    throw cause
  })
  const rows = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations`
  const applied = new Set(rows.map(({ hash }) => hash))
  return (await shipped).filter((hash) => !applied.has(hash)).length
}

/** Of the migrations there, as drizzle writes them down. */
export async function hashesOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'))
  return Promise.all(names.map(async (name) => new Bun.CryptoHasher('sha256').update(await Bun.file(join(folder, name)).text()).digest('hex')))
}
