import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { foldOnto } from '../domain/fold'
import type { SessionRecord } from '../domain/records'
import type { Allowances } from '../domain/staleness'
import { listFoldedEvents } from '../store/events'
import { findTallyAt } from '../store/past'
import { coldTallyOf, pulseOf } from '../store/session-pulse'
import { findOrigins, originOf } from '../store/session-writes'
import { findStoredSession, sessionAt } from '../store/sessions-read'

/**
 * A session as it was at an instant: the last snapshot before it, and the events from there on. Undefined when there is no
 * such session, it did not exist yet, or retention has dropped what told of it.
 */
export async function sessionAsOf(sql: Sql, source: string, name: string, defaults: Allowances, at: Instant): Promise<SessionRecord | undefined> {
  const stored = await findStoredSession(sql, source, name)
  if (!stored || at < stored.createdAt) return undefined
  // Strictly before the next microsecond: a change of that very instant belongs to it.
  const origins = await findOrigins(sql, stored.id, at + 0.001)
  // Of the dropped days only what they led to is known.
  if (!origins || at < (origins.until ?? 0)) return undefined
  const origin = originOf(origins)
  const { state } = foldOnto(
    origin,
    (await listFoldedEvents(sql, stored.id, origin.head?.at ?? 0)).filter(({ position }) => position.at <= at),
  )
  const tally = await findTallyAt(sql, stored.id, at)
  return sessionAt(
    { ...stored, state, tally: coldTallyOf(tally), pulse: pulseOf({ state, tally }), seq: tally.events, updatedAt: state.head?.at ?? stored.createdAt },
    defaults,
    at,
  )
}
