/** What decoding a delivery again needs to know of the ledger, so that it adds only what is not there yet. */
import type { Sql, TransactionSql } from 'postgres'
import type { Instant } from '../domain/event'
import { instantOf, isUuid } from '../domain/id'
import type { Tx } from './ledger'
import { unpackBody } from './packing'
import { instant, ms } from './page'
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

/** What an event of a delivery is known by in findDecoded's answer. */
export function eventMark(type: string, key: string | null): string {
  return `${type}\n${key ?? ''}`
}

/** Makes room for what arrived on a day that has no partition any more. */
export async function ensureDay(sql: Sql, at: Instant): Promise<void> {
  await withLockTimeout(sql, (tx) => ensurePartitions(tx as unknown as Sql, at))
}

const FIND_DELIVERY = `
select e.delivery_id as id, e.source_id as "sourceId", ${ms('e.received_at')} as "receivedAt", e.body_size as "bodySize",
  d.path, d.address, d.headers, d.body, d.scheme, d.secret_id as "secretId", d.id is not null as "isKept"
from events e left join deliveries d on d.session_id = e.session_id and d.received_at = e.received_at and d.id = e.delivery_id
where e.received_at >= ${instant('$2')} and e.received_at < ${instant('$3')} and e.id = $1`

const FIND_DECODED = `
select exists (select 1 from deliveries where session_id = $1 and received_at >= ${instant('$2')} and received_at < ${instant('$3')} and id = $4) as "isKept",
  array(select type || E'\\n' || coalesce(key, '') from events
    where session_id = $1 and received_at >= ${instant('$2')} and received_at < ${instant('$3')} and delivery_id = $4) as events`
