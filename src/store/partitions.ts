import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { DAY_MS } from '../domain/time'

export const PARTITIONED = ['events', 'deliveries'] as const
export type Partitioned = (typeof PARTITIONED)[number]

const YESTERDAY_TO_A_WEEK_AHEAD = [-1, 0, 1, 2, 3, 4, 5, 6, 7]

/**
 * Makes the partitions of these days, counted from today. Idempotent. Postgres refuses one for a day of which the default partition
 * has rows already: such a day is left there, so that it keeps neither the other days from theirs nor the server from starting.
 * @returns the names of those it made.
 */
export async function ensurePartitions(sql: Sql, now: Instant, days: readonly number[] = YESTERDAY_TO_A_WEEK_AHEAD): Promise<string[]> {
  const known = new Set((await listPartitions(sql)).map((partition) => partition.name))
  const made: string[] = []
  for (const table of PARTITIONED) {
    for (const day of days) {
      const from = startOfDay(now + day * DAY_MS)
      const name = partitionName(table, from)
      if (known.has(name) || (await hasStrays(sql, table, from))) continue
      await sql.unsafe(`create table if not exists ${name} partition of ${table} for values from ('${iso(from)}') to ('${iso(from + DAY_MS)}')`)
      made.push(name)
    }
  }
  return made
}

async function hasStrays(sql: Sql, table: Partitioned, from: Instant): Promise<boolean> {
  const rows = await sql.unsafe(`select 1 from ${table}_default where received_at >= '${iso(from)}' and received_at < '${iso(from + DAY_MS)}' limit 1`)
  return rows.length > 0
}

export interface Partition {
  table: Partitioned
  name: string
  /** Start of its day, UTC; null for the default partition. */
  day: Instant | null
}

export async function listPartitions(sql: Sql): Promise<Partition[]> {
  const rows = await sql<{ parent: Partitioned; name: string }[]>`
    select p.relname as parent, c.relname as name from pg_inherits i
    join pg_class p on p.oid = i.inhparent join pg_class c on c.oid = i.inhrelid
    where p.relname = any(${[...PARTITIONED]}) and p.relkind = 'p' order by c.relname`
  return rows.map(({ parent, name }) => ({ table: parent, name, day: dayOf(name) }))
}

export function partitionName(table: Partitioned, day: Instant): string {
  return `${table}_${iso(day).slice(0, 10).replaceAll('-', '')}`
}

export function startOfDay(at: Instant): Instant {
  return Math.floor(at / DAY_MS) * DAY_MS
}

function dayOf(name: string): Instant | null {
  const match = /_(\d{4})(\d\d)(\d\d)$/.exec(name)
  return match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : null
}

const iso = (at: Instant) => new Date(at).toISOString()
