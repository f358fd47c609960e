import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { findSchema } from './backup'
import { hashesOf } from './migrate'
import { listPartitions } from './partitions'

/** What decides whether a commit is on disk. */
export interface Durability {
  version: string
  fsync: string
  synchronousCommit: string
  fullPageWrites: string
  /** The database's clock. */
  now: Instant
}

export async function findDurability(sql: Sql): Promise<Durability> {
  const [row] = await sql<Durability[]>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as "synchronousCommit",
      current_setting('full_page_writes') as "fullPageWrites", (extract(epoch from clock_timestamp()) * 1000)::float8 as now`
  return row as Durability
}

/** How many of this version's migrations the database has not had; null when it has some of a newer version. */
export async function countMissingMigrations(sql: Sql, folder: string): Promise<number | null> {
  const hashes = new Set(await hashesOf(folder))
  const [exists] = await sql`select 1 from pg_tables where schemaname = 'drizzle' and tablename = '__drizzle_migrations'`
  if (!exists) return hashes.size
  const rows = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations`
  const last = await findSchema(sql)
  if (last !== undefined && !hashes.has(last)) return null
  return hashes.size - rows.length
}

/** The last day for which every partitioned table has its partition. */
export async function findLastPartition(sql: Sql): Promise<Instant | null> {
  const last = new Map<string, Instant>()
  for (const { table, day } of await listPartitions(sql)) {
    if (day !== null) last.set(table, Math.max(last.get(table) ?? 0, day))
  }
  return last.size === 0 ? null : Math.min(...last.values())
}
