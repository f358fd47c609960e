import type { Sql } from 'postgres'
import type { EventRecord, TransitionRecord } from '../domain/records'
import { instant, microInstant, micros, ms, type Page, readPlace, toPage, writeCursor } from './page'

/** The changes of one session, newest first. */
export async function listTransitions(sql: Sql, sessionId: string, options: { limit: number; cursor?: string | null }): Promise<Page<TransitionRecord>> {
  const place = options.cursor ? readPlace(options.cursor) : null
  const after = place ? `and (at, event_id) < (${microInstant('$3')}, $4::uuid)` : ''
  const rows = await sql.unsafe<TransitionRow[]>(
    `${SELECT} where session_id = $1 ${after} order by at desc, event_id desc limit $2`,
    place ? [sessionId, options.limit + 1, place.micros, place.id] : [sessionId, options.limit + 1],
    { prepare: true },
  )
  return toPage(rows, options.limit, (row) => writeCursor(row.micros, row.eventId), toTransition)
}

/** The transition that an event caused, if it caused one. */
export async function findTransitionOf(sql: Sql, event: Pick<EventRecord, 'id' | 'sessionId' | 'at'>): Promise<TransitionRecord | null> {
  // A millisecond either way: a double does not hold every microsecond of `at`.
  const [row] = await sql.unsafe<TransitionRow[]>(
    `${SELECT} where session_id = $1 and at between ${instant('$2')} and ${instant('$3')} and event_id = $4`,
    [event.sessionId, event.at - 1, event.at + 1, event.id],
    { prepare: true },
  )
  return row ? toTransition(row) : null
}

interface TransitionRow extends TransitionRecord {
  micros: number
}

const SELECT = `
select ${ms('at')} as at, from_status as "from", to_status as "to", reason, detail, event_id as "eventId", event_type as "eventType", ${micros('at')} as micros from transitions`

function toTransition({ micros: _, ...transition }: TransitionRow): TransitionRecord {
  return transition
}
