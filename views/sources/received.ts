import type { EventType, Instant } from '../../src/domain/event'
import type { SessionRecord } from '../../src/domain/records'
import type { Expected } from './guide-text'
import type { Received } from './model'

type Heard = Pick<SessionRecord, 'lastOf' | 'counts'>

/**
 * Which of the expected kinds came, and when last. One that never came is missing when something else did that it belongs to:
 * acknowledgements once messages were sent, a connection once there is traffic.
 */
export function receivedOf(expected: readonly Expected[], sessions: readonly Heard[]): Received[] {
  const lastOf = lastOfAll(sessions)
  if (lastOf.size === 0) return []
  const evidence = {
    sent: sessions.some(({ counts }) => counts.messagesSent > 0),
    traffic: sessions.some(({ counts }) => counts.messagesSent + counts.messagesReceived > 0),
  }
  return expected.map(({ type, ...words }) => {
    const lastAt = lastMatching(lastOf, type)
    return { ...words, type, lastAt, state: lastAt !== null ? 'received' : isMissing(type, evidence) ? 'missing' : 'not yet' }
  })
}

export function lastOfAll(sessions: readonly Pick<SessionRecord, 'lastOf'>[]): Map<EventType, Instant> {
  const last = new Map<EventType, Instant>()
  for (const { lastOf } of sessions) {
    for (const [type, at] of Object.entries(lastOf) as [EventType, Instant][]) last.set(type, Math.max(last.get(type) ?? 0, at))
  }
  return last
}

/** `call.*` stands for a whole family. */
function lastMatching(lastOf: ReadonlyMap<EventType, Instant>, type: string): Instant | null {
  const family = type.endsWith('.*') ? type.slice(0, -1) : null
  let last: Instant | null = null
  for (const [known, at] of lastOf) if (known === type || (family !== null && known.startsWith(family))) last = Math.max(last ?? 0, at)
  return last
}

function isMissing(type: string, { sent, traffic }: { sent: boolean; traffic: boolean }): boolean {
  if (type === 'message.ack') return sent
  if (type === 'message.created') return traffic && !sent
  return type === 'session.connected' && traffic
}
