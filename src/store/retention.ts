import type { Sql, TransactionSql } from 'postgres'
import type { Instant } from '../domain/event'
import { DAY_MS } from '../domain/time'
import { instant } from './page'
import { listPartitions, PARTITIONED, type Partition, type Partitioned, startOfDay } from './partitions'

/**
 * Dropping a partition locks its parent, and while it waits for that lock every commit waits behind it: better give up and
 * come back than hold up the senders.
 */
const LOCK_WAIT = '2s'

/** Puts what is lost with a day's events into the sessions, before they go. May be called twice for the same day. */
export type FoldAway = (day: Instant, partition: string) => Promise<void>

/** Drops the bodies of the days that lie wholly before `olderThan`. @returns the names of the dropped partitions. */
export async function dropExpiredBodies(sql: Sql, olderThan: Instant): Promise<string[]> {
  const expired = await listExpired(sql, 'deliveries', olderThan)
  for (const { name } of expired) await dropPartition(sql, name)
  return expired.map((partition) => partition.name)
}

/**
 * Drops the events of the days that lie wholly before `olderThan`, oldest first, each after it was folded away; then all
 * that was derived from them. What was derived from the events that stay must stay too. @returns the names of the dropped partitions.
 */
export async function dropExpiredEvents(sql: Sql, olderThan: Instant, foldAway: FoldAway): Promise<string[]> {
  const expired = await listExpired(sql, 'events', olderThan)
  for (const { day, name } of expired) {
    await foldAway(day, name)
    await sql.unsafe(`delete from event_keys k using ${name} e where k.session_id = e.session_id and k.event_id = e.id`)
    await dropPartition(sql, name)
  }
  for (const statement of PRUNE) await sql.unsafe(statement, [startOfDay(olderThan)])
  return expired.map((partition) => partition.name)
}

/** How many rows stand in the default partitions, where only a day without a partition of its own ends up: should be none. */
export async function checkDefaultPartitions(sql: Sql): Promise<Record<Partitioned, number>> {
  const counts = { events: 0, deliveries: 0 }
  for (const table of PARTITIONED) {
    const [row] = await sql.unsafe<{ count: number }[]>(`select count(*) from ${table}_default`)
    counts[table] = row?.count ?? 0
  }
  return counts
}

/** Runs DDL that gives up after two seconds instead of queueing in front of every commit. */
export async function withLockTimeout<T>(sql: Sql, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  return (await sql.begin(async (tx) => {
    await tx.unsafe(`set local lock_timeout = '${LOCK_WAIT}'`)
    return work(tx)
  })) as T
}

type Expired = Partition & { day: Instant }

async function listExpired(sql: Sql, table: Partitioned, olderThan: Instant): Promise<Expired[]> {
  const partitions = await listPartitions(sql)
  return partitions.filter((partition): partition is Expired => partition.table === table && partition.day !== null && partition.day + DAY_MS <= olderThan)
}

async function dropPartition(sql: Sql, name: string): Promise<void> {
  await withLockTimeout(sql, (tx) => tx.unsafe(`drop table if exists ${name}`))
}

const CUT = instant('$1')

/** The last transition of a session stays, however old: it says since when the session is what it is. */
const PRUNE = [
  `delete from messages where sent_at < ${CUT}`,
  `delete from reactions where at < ${CUT}`,
  `delete from calls where updated_at < ${CUT}`,
  `delete from transitions t where at < ${CUT} and exists (select 1 from transitions n where n.session_id = t.session_id and (n.at, n.event_id) > (t.at, t.event_id))`,
  `delete from rollups where minute < ${CUT}`,
  `delete from late_minutes where minute < ${CUT}`,
  `delete from rejections where last_at < ${CUT}`,
  `delete from quarantine where resolved_at is not null and received_at < ${CUT}`,
  `delete from issues where resolved_at < ${CUT}`,
]
