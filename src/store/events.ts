import type { EventType, Instant, SessionFacts } from '../domain/event'
import { isSessionEvent } from '../domain/event'
import type { FoldedEvent } from '../domain/fold'
import { isBefore } from '../domain/session'
import type { Tx } from './ledger'

/** Instants as the rest of the code has them: milliseconds with microseconds behind the point. */
export const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`

/** A session's events from `from` on, as the reducer sees them and in its order. */
export async function listFoldedEvents(tx: Tx, sessionId: string, from: Instant): Promise<FoldedEvent[]> {
  // An event never stands later than it arrived, so arrival bounds the search and the primary key serves it.
  const rows = await tx.unsafe<{ id: string; at: Instant; key: string | null; type: EventType; facts: SessionFacts & { ordered?: true } }[]>(
    `select id, ${ms('at')} as at, key, type, facts from events where session_id = $1 and received_at >= to_timestamp($2::float8 / 1000) and at >= to_timestamp($2::float8 / 1000)`,
    [sessionId, from],
    { prepare: true },
  )
  return rows.map(toFoldedEvent).sort((a, b) => (isBefore(a.position, b.position) ? -1 : 1))
}

export function toFoldedEvent(row: { id: string; at: Instant; key: string | null; type: EventType; facts: SessionFacts & { ordered?: true } }): FoldedEvent {
  const event: FoldedEvent = { position: { at: row.at, key: row.key ?? '', id: row.id }, type: row.type, ordered: row.facts.ordered === true }
  return isSessionEvent(row.type) ? { ...event, session: row.facts } : event
}
