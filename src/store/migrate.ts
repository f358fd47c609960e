import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
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
