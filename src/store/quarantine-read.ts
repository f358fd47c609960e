import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { isUuid } from '../domain/id'
import type { QuarantineRecord } from '../domain/records'
import type { Tx } from './ledger'
import { isBehind, micros, ms, type Page, Parameters, placeOf, toPage } from './page'

/** A quarantined delivery, whole. Body and headers are redacted. */
export interface QuarantineDetail extends QuarantineRecord {
  sourceId: string
  path: string
  address: string
  headers: Record<string, string>
  body: Uint8Array
  /** How it proved itself; null in rows of older versions. */
  scheme: string | null
  secretId: string | null
  /** When it was decoded at last or put away; null while it waits. */
  resolvedAt: Instant | null
}

/** Authentic deliveries that nobody could decode and nobody has looked at yet, the latest first. `source` is a slug. */
export async function listQuarantine(sql: Sql, options: { source?: string; limit: number; cursor?: string | null }): Promise<Page<QuarantineRecord>> {
  const parameters = new Parameters()
  const conditions = ['r.resolved_at is null']
  if (options.source !== undefined) conditions.push(`so.slug = ${parameters.add(options.source)}`)
  if (options.cursor) conditions.push(isBehind(parameters, options.cursor, 'r.received_at', 'r.id'))
  const rows = await sql.unsafe<(QuarantineRecord & { micros: number })[]>(
    `select ${COLUMNS}, ${micros('r.received_at')} as micros from ${TABLE}
    where ${conditions.join(' and ')} order by r.received_at desc, r.id desc limit ${parameters.add(options.limit + 1)}`,
    parameters.values,
    { prepare: true },
  )
  return toPage(rows, options.limit, placeOf, ({ micros: _, ...record }) => record)
}

/** One of them, dealt with or not. */
export async function findQuarantined(sql: Tx, id: string): Promise<QuarantineDetail | undefined> {
  if (!isUuid(id)) return undefined
  const [row] = await sql.unsafe<(Omit<QuarantineDetail, 'headers'> & { headers: string })[]>(`${SELECT_DETAIL} where r.id = $1`, [id], { prepare: true })
  return row && { ...row, headers: JSON.parse(row.headers) as Record<string, string> }
}

/** Ids of what waits of one source, the oldest first: so are their sessions told in order. */
export async function listQuarantinedIds(sql: Sql, sourceId: string, limit: number): Promise<string[]> {
  const rows = await sql.unsafe<{ id: string }[]>(
    'select id from quarantine where source_id = $1 and resolved_at is null order by received_at, id limit $2',
    [sourceId, limit],
    { prepare: true },
  )
  return rows.map(({ id }) => id)
}

/** What waits, by the source's id. */
export async function countQuarantined(sql: Sql): Promise<Map<string, { count: number; lastAt: Instant }>> {
  const rows = await sql.unsafe<{ sourceId: string; count: number; lastAt: Instant }[]>(
    `select source_id as "sourceId", count(*)::int as count, ${ms('max(received_at)')} as "lastAt" from quarantine where resolved_at is null group by 1`,
    [],
    { prepare: true },
  )
  return new Map(rows.map(({ sourceId, ...counted }) => [sourceId, counted]))
}

const TABLE = 'quarantine r left join sources so on so.id = r.source_id'

const COLUMNS = `r.id, coalesce(so.slug, 'deleted') as source, r.name as session, ${ms('r.received_at')} as "receivedAt", r.reason,
  coalesce(r.body_size, length(r.body)) as "bodySize"`

const SELECT_DETAIL = `
select ${COLUMNS}, r.source_id as "sourceId", r.path, r.address, r.headers, r.body, r.scheme, r.secret_id as "secretId", ${ms('r.resolved_at')} as "resolvedAt"
from ${TABLE}`
