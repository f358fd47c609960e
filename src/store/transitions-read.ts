import type { Sql } from 'postgres'
import type { EventRecord, TransitionRecord } from '../domain/records'
import { instant, isBehind, micros, ms, type Page, Parameters, toPage, writeCursor } from './page'

/** The changes of one session, newest first. */
export async function listTransitions(sql: Sql, sessionId: string, options: { limit: number; cursor?: string | null }): Promise<Page<TransitionRecord>> {
  const parameters = new Parameters()
  const conditions = [`session_id = ${parameters.add(sessionId)}`]
  if (options.cursor) conditions.push(isBehind(parameters, options.cursor, 'at', 'event_id'))
  const rows = await sql.unsafe<TransitionRow[]>(
    `${SELECT} where ${conditions.join(' and ')} order by at desc, event_id desc limit ${parameters.add(options.limit + 1)}`,
    parameters.values,
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
