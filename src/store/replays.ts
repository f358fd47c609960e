/** What decoding a delivery again needs to know of the ledger, so that it adds only what is not there yet. */
import type { Sql, TransactionSql } from 'postgres'
import type { Instant } from '../domain/event'
import { instantOf, isUuid } from '../domain/id'
import type { Tx } from './ledger'
import { unpackBody } from './packing'
import { instant, microInstant, micros, ms } from './page'
import { ensurePartitions } from './partitions'
import { withLockTimeout } from './retention'

/** A delivery as the ledger keeps it. */
export interface StoredDelivery {
  id: string
  sourceId: string
  receivedAt: Instant
  path: string
  address: string
  headers: Record<string, string>
  body: Uint8Array
  scheme: string
  secretId: string | null
  /** Bytes as they arrived. */
  bodySize: number
}

/** Nobody else decodes this delivery meanwhile, in any process. */
export async function holdDelivery<T>(sql: Sql, id: string, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  return (await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('linekeeper replay'), hashtext(${id}))`
    return work(tx)
  })) as T
}

/** The delivery that an event came from; undefined when there is no such event, null when retention has dropped the delivery. */
export async function findDeliveryOfEvent(sql: Sql, eventId: string): Promise<StoredDelivery | null | undefined> {
  if (!isUuid(eventId)) return undefined
  const at = instantOf(eventId)
  const [row] = await sql.unsafe<(Omit<StoredDelivery, 'headers'> & { headers: string; isKept: boolean })[]>(FIND_DELIVERY, [eventId, at, at + 1], {
    prepare: true,
  })
  if (!row) return undefined
  const { isKept, ...delivery } = row
  return isKept ? { ...delivery, headers: JSON.parse(row.headers) as Record<string, string>, body: unpackBody(row.body) } : null
}

/** What the ledger has of one session's part of a delivery. */
export async function findDecoded(
  tx: Tx,
  part: { sessionId: string; receivedAt: Instant; deliveryId: string },
): Promise<{ isKept: boolean; events: string[] }> {
  const at = Math.floor(part.receivedAt)
  const [row] = await tx.unsafe<{ isKept: boolean; events: string[] }[]>(FIND_DECODED, [part.sessionId, at, at + 1, part.deliveryId])
  return row as { isKept: boolean; events: string[] }
}

/** Which kept deliveries; times are in milliseconds, `until` is not among them. */
export interface KeptFilter {
  sourceId: string
  sessionId: string | null
  since: Instant | null
  until: Instant | null
}

/** Where a delivery is kept. The instant in whole microseconds, as Postgres has it. */
export interface KeptPlace {
  sessionId: string
  micros: number
  id: string
}

/**
 * The places of what matches, the oldest first. One that spoke of several sessions is kept with each of them, and named once. What
 * arrives meanwhile is not among them.
 */
export async function* listKeptDeliveries(sql: Sql, { sourceId, sessionId, since, until }: KeptFilter): AsyncGenerator<KeptPlace> {
  const portions = sql.unsafe<KeptPlace[]>(LIST_KEPT, [sourceId, sessionId, since, until]).cursor(PORTION)
  for await (const portion of portions) yield* portion
}

export async function findKeptDelivery(sql: Sql, { sessionId, micros: at, id }: KeptPlace): Promise<StoredDelivery | undefined> {
  const [row] = await sql.unsafe<(Omit<StoredDelivery, 'headers'> & { headers: string })[]>(FIND_KEPT, [sessionId, at, id], { prepare: true })
  return row && { ...row, headers: JSON.parse(row.headers) as Record<string, string>, body: unpackBody(row.body) }
}

/** What an event of a delivery is known by in findDecoded's answer. */
export function eventMark(type: string, key: string | null): string {
  return `${type}\n${key ?? ''}`
}

/**
 * Makes room for what arrived on a day that has no partition any more. Of no other day: making one waits for all who read the table, and
 * whoever replays a day that is there does.
 */
export async function ensureDay(sql: Sql, at: Instant): Promise<void> {
  await withLockTimeout(sql, (tx) => ensurePartitions(tx as unknown as Sql, at, [0]))
}

const FIND_DELIVERY = `
select e.delivery_id as id, e.source_id as "sourceId", ${ms('e.received_at')} as "receivedAt", e.body_size as "bodySize",
  d.path, d.address, d.headers, d.body, d.scheme, d.secret_id as "secretId", d.id is not null as "isKept"
from events e left join deliveries d on d.session_id = e.session_id and d.received_at = e.received_at and d.id = e.delivery_id
where e.received_at >= ${instant('$2')} and e.received_at < ${instant('$3')} and e.id = $1`

const PORTION = 500

const LIST_KEPT = `
select distinct on (d.received_at, d.id) d.session_id as "sessionId", ${micros('d.received_at')} as micros, d.id from deliveries d
where d.source_id = $1 and ($2::uuid is null or d.session_id = $2)
  and d.received_at >= coalesce(${instant('$3')}, '-infinity') and d.received_at < coalesce(${instant('$4')}, 'infinity')
order by d.received_at, d.id`

// The size of what arrived is told with its events.
const FIND_KEPT = `
select d.id, d.source_id as "sourceId", ${ms('d.received_at')} as "receivedAt", d.path, d.address, d.headers, d.body, d.scheme, d.secret_id as "secretId",
  coalesce((select e.body_size from events e where e.session_id = d.session_id and e.received_at = d.received_at and e.delivery_id = d.id limit 1),
    length(d.body)) as "bodySize"
from deliveries d where d.session_id = $1 and d.received_at = ${microInstant('$2')} and d.id = $3`

const FIND_DECODED = `
select exists (select 1 from deliveries where session_id = $1 and received_at >= ${instant('$2')} and received_at < ${instant('$3')} and id = $4) as "isKept",
  array(select type || E'\\n' || coalesce(key, '') from events
    where session_id = $1 and received_at >= ${instant('$2')} and received_at < ${instant('$3')} and delivery_id = $4) as events`
