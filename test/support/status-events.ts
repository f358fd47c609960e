/** Events by what they signal, for tests that walk the whole table. */
import type { EventType, Status } from '../../src/domain/event'
import type { FoldedEvent } from '../../src/domain/fold'
import type { SessionState } from '../../src/domain/session'
import type { Signal } from '../../src/domain/transition'

/** Shortest history that ends in each status. */
export const EVENT_STATUS: Record<Exclude<Status, 'new'>, (at: number) => FoldedEvent[]> = {
  starting: (at) => [one('session.connecting', at)],
  qr: (at) => [one('session.qr', at)],
  loading: (at) => [one('session.loading', at)],
  authenticated: (at) => [one('session.authenticated', at)],
  connected: (at) => [one('session.connected', at)],
  disconnected: (at) => [one('session.disconnected', at)],
  auth_failure: (at) => [one('session.auth_failure', at)],
}

export function eventOf(signal: Signal, at: number, before: SessionState): FoldedEvent {
  if (signal === 'evidence') return one('message.received', at)
  if (signal === 'stale') return { ...one('session.stale', at), session: { judged: { lastEventAt: before.heardAt } } }
  return one(`session.${signal}` as EventType, at)
}

function one(type: EventType, at: number): FoldedEvent {
  return { position: { at, key: '', id: `${at}` }, type, ordered: false, session: {} }
}
