import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { foldAll } from '../domain/fold'
import type { SessionRecord } from '../domain/records'
import { isBefore } from '../domain/session'
import type { Allowances } from '../domain/staleness'
import { listFoldedEvents } from '../store/events'
import { findTallyAt } from '../store/past'
import { coldTallyOf, pulseOf } from '../store/session-pulse'
import { findOrigin, findSnapshotBefore } from '../store/session-writes'
import { findStoredSession, sessionAt } from '../store/sessions-read'

/**
 * A session as it was at an instant: the last snapshot before it, and the events from there on. Undefined when there is no
 * such session or it did not exist yet.
 */
export async function sessionAsOf(sql: Sql, source: string, name: string, defaults: Allowances, at: Instant): Promise<SessionRecord | undefined> {
  const stored = await findStoredSession(sql, source, name)
  if (!stored || at < stored.createdAt) return undefined
  // Strictly before the next microsecond: a change of that very instant belongs to it.
  const snapshot = await findSnapshotBefore(sql, stored.id, at + 0.001)
  const origin = snapshot?.state ?? (await findOrigin(sql, stored.id))
  if (!origin) return undefined
  const { head } = origin
  const events = (await listFoldedEvents(sql, stored.id, head?.at ?? 0)).filter(
    ({ position }) => position.at <= at && (head === null || isBefore(head, position)),
  )
  const { state } = foldAll(origin, events)
  const tally = await findTallyAt(sql, stored.id, at)
  return sessionAt(
    { ...stored, state, tally: coldTallyOf(tally), pulse: pulseOf({ state, tally }), seq: tally.events, updatedAt: state.head?.at ?? stored.createdAt },
    defaults,
    at,
  )
}
