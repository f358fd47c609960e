import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { raiseIssue, resolveIssue } from '../store/issues'
import { ensurePartitions, PARTITIONED } from '../store/partitions'
import { checkDefaultPartitions, withLockTimeout } from '../store/retention'

export interface PartitionDeps {
  sql: Sql
  now(): Instant
}

/** Makes the partitions of the days to come, and raises an issue when rows came in for a day that had none. */
export async function keepPartitions(deps: PartitionDeps): Promise<void> {
  const { sql, now } = deps
  const strays = await checkDefaultPartitions(sql)
  for (const table of PARTITIONED) {
    const subject = `${table}_default`
    if (strays[table] === 0) await resolveIssue(sql, 'default_partition', subject, now())
    else await raiseIssue(sql, { kind: 'default_partition', subject, detail: detailOf(table, strays[table]) }, now())
  }
  await withLockTimeout(sql, (tx) => ensurePartitions(tx as unknown as Sql, now()))
}

function detailOf(table: string, rows: number): string {
  return `${rows} rows of ${table} are in the default partition, which retention cannot drop: the server was down for days, or its clock was wrong. docs/operations.md says how to move them`
}
