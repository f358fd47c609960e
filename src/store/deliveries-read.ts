import type { Sql } from 'postgres'
import type { EventType } from '../domain/event'
import type { EventDetail, EventRecord } from '../domain/records'
import { unpackBody } from './packing'
import { instant } from './page'

type Delivery = NonNullable<EventDetail['delivery']>

/** The delivery an event came from, with the other events of it; null once retention has dropped it. */
export async function findDelivery(sql: Sql, event: EventRecord): Promise<Delivery | null> {
  const at = [event.sessionId, Math.floor(event.receivedAt), Math.floor(event.receivedAt) + 1, event.deliveryId]
  const [deliveries, siblings] = await Promise.all([
    sql.unsafe<{ path: string; address: string; headers: string; body: Uint8Array; scheme: string; secretId: string | null }[]>(FIND_DELIVERY, at, {
      prepare: true,
    }),
    sql.unsafe<{ id: string; type: EventType }[]>(LIST_SIBLINGS, [...at, event.id], { prepare: true }),
  ])
  const [row] = deliveries
  if (!row) return null
  return {
    path: row.path,
    address: row.address,
    headers: readHeaders(row.headers),
    body: unpackBody(row.body),
    verdict: { scheme: row.scheme, secretId: row.secretId },
    siblings: [...siblings],
  }
}

// Events and their delivery carry the same arrival; the millisecond around it keeps both searches inside one partition.
const FIND_DELIVERY = `
select path, address, headers, body, scheme, secret_id as "secretId" from deliveries
where session_id = $1 and received_at >= ${instant('$2')} and received_at < ${instant('$3')} and id = $4`

const LIST_SIBLINGS = `
select id, type from events
where session_id = $1 and received_at >= ${instant('$2')} and received_at < ${instant('$3')} and delivery_id = $4 and id <> $5 order by seq`

function readHeaders(text: string): Record<string, string> {
  try {
    const headers: unknown = JSON.parse(text)
    if (typeof headers === 'object' && headers !== null) return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  } catch {
    // Shown as it is below: a person looks at a delivery to find out what is odd about it.
  }
  return { '': text }
}
