import type { EventType, Instant, Reason, Status } from './event'

/**
 * The ordered fold of a session: what it is, given its events in the order of `position`. Kept as jsonb in
 * `sessions.state` and, as the snapshot after each change of status, in `transitions.state`.
 */
export interface SessionState {
  status: Status
  reason: Reason | null
  /** The sender's own words for the last change, or what it asks of a person. */
  detail: string | null
  /** Since when it has this status. */
  since: Instant
  qr: { code: string | null; at: Instant; count: number } | null
  pairingCode: string | null
  loading: { percent: number; message: string | null } | null
  account: { id: string; name: string | null } | null
  /** When it last became connected, and how often it did. */
  connectedAt: Instant | null
  connects: number
  /** When it fell out of `connected`, the last few times: flapping shows here. At most 12, oldest first. */
  drops: Instant[]
  /** The last event of the sender, in order. */
  heardAt: Instant | null
  /** Position of the last event that could move the status: whatever belongs before it must be folded again from there. */
  head: Position | null
}

/** Where an event stands among the events of its session. Ties of `at` are broken by `key`, then by `id`. */
export interface Position {
  at: Instant
  key: string
  id: string
}

/**
 * What any order of the same events sums up to. The numbers move with every event and are kept in `sessions.pulse`; `lastOf`
 * and `past` move rarely and are kept as json in `sessions.tally`.
 */
export interface SessionTally {
  events: number
  messagesReceived: number
  messagesSent: number
  calls: number
  lastEventAt: Instant | null
  /** The last minute (since the epoch) in which something happened, and how much so far. */
  minute: number
  count: number
  /** When each type last arrived, in steps of 5 s. */
  lastOf: Partial<Record<EventType, Instant>>
  /** Events per minute before `minute`: `counts[i]` is minute `from + i`; at most 59 entries. */
  past: { from: number; counts: number[] }
}

export function initialState(createdAt: Instant): SessionState {
  return {
    status: 'new',
    reason: null,
    detail: null,
    since: createdAt,
    qr: null,
    pairingCode: null,
    loading: null,
    account: null,
    connectedAt: null,
    connects: 0,
    drops: [],
    heardAt: null,
    head: null,
  }
}

export function emptyTally(): SessionTally {
  return { events: 0, messagesReceived: 0, messagesSent: 0, calls: 0, lastEventAt: null, minute: 0, count: 0, lastOf: {}, past: { from: 0, counts: [] } }
}

export function isBefore(a: Position, b: Position): boolean {
  if (a.at !== b.at) return a.at < b.at
  if (a.key !== b.key) return a.key < b.key
  return a.id < b.id
}
