/**
 * What is read back from the store, by pages and by the JSON API alike. Plain data; instants in milliseconds.
 */
import type { Ack, EventType, Instant, Reason, Status } from './event'

export type Health = 'ok' | 'quiet' | 'stuck' | 'flapping' | 'down' | 'unknown'

/** The current QR of a session. `code` is null when the sender announced one without giving it. */
export interface QrRecord {
  code: string | null
  receivedAt: Instant
  expiresAt: Instant
  /** Which code of this pairing it is, from 1. */
  count: number
}

export interface SessionRecord {
  /** UUIDv5 of source and name. */
  id: string
  /** The source's slug. */
  source: string
  /** The session's name at its sender: `:sessionId` in URLs. */
  name: string
  provider: string
  owner: { id: string; name: string } | null
  status: Status
  reason: Reason | null
  /** The sender's own words for the last change, or what it asks of a person. */
  detail: string | null
  since: Instant
  health: Health
  qr: QrRecord | null
  pairingCode: string | null
  loading: { percent: number; message: string | null } | null
  account: { id: string; name: string | null } | null
  lastEventAt: Instant | null
  /** Silence longer than this is unusual for the session (its p99.9 gap); null while unknown. */
  usualGapMs: number | null
  /** Events in each of the last 60 minutes, oldest first; always 60 numbers. */
  activity: number[]
  counts: { events: number; messagesReceived: number; messagesSent: number; calls: number; reconnects: number }
  /** When each event type was last received. */
  lastOf: Partial<Record<EventType, Instant>>
  /** Number of events folded. */
  seq: number
  createdAt: Instant
  /** When its state (not its tally) last changed. */
  updatedAt: Instant
}

export interface TransitionRecord {
  at: Instant
  from: Status
  to: Status
  reason: Reason | null
  detail: string | null
  /** The event that caused it. */
  eventId: string
  eventType: EventType
}

export interface EventRecord {
  id: string
  sessionId: string
  source: string
  session: string
  seq: number
  type: EventType
  providerType: string
  receivedAt: Instant
  occurredAt: Instant | null
  /** Where it stands in the session's order. */
  at: Instant
  messageId: string | null
  chat: string | null
  text: string | null
  /** The rest of what was decoded: SessionFacts, MessageFacts or CallFacts. */
  facts: Record<string, unknown>
  deliveryId: string
  /** Bytes of the body as it arrived. */
  bodySize: number
}

/** An event with the delivery it came from. */
export interface EventDetail extends EventRecord {
  delivery: {
    path: string
    address: string
    /** Redacted. */
    headers: Record<string, string>
    /** Redacted; null once retention has dropped it. */
    body: Uint8Array | null
    verdict: { scheme: string; secretId: string | null }
    /** Other events decoded from the same delivery. */
    siblings: { id: string; type: EventType }[]
  } | null
  /** The transition it caused. */
  transition: TransitionRecord | null
}

export interface MessageRecord {
  id: string
  chat: string | null
  from: string | null
  to: string | null
  author: string | null
  fromMe: boolean
  kind: string | null
  text: string | null
  media: { mimetype?: string; filename?: string; bytes?: number; url?: string; error?: string } | null
  ack: Ack | null
  sentAt: Instant
  deliveredAt: Instant | null
  readAt: Instant | null
  editedAt: Instant | null
  revokedAt: Instant | null
  reactions: { text: string; sender: string }[]
}

export interface CallRecord {
  id: string
  from: string | null
  fromMe: boolean
  video: boolean
  group: boolean
  /** The last word about it: received, accepted, rejected, … */
  phase: string
  startedAt: Instant
  updatedAt: Instant
}

export interface RejectionRecord {
  id: string
  source: string | null
  session: string | null
  at: Instant
  lastAt: Instant
  times: number
  address: string
  code: string
  message: string
}

export interface QuarantineRecord {
  id: string
  source: string
  session: string | null
  receivedAt: Instant
  reason: string
  bodySize: number
}

/** The last that an operator had a sender do with a session. */
export interface ActionRecord {
  action: string
  outcome: 'requested' | 'done' | 'failed'
  /** Who. */
  by: string
  at: Instant
  message: string | null
}

/** What can be done with a session through its sender's own REST API. */
export interface ControlRecord {
  /** The API's name for people. */
  label: string
  /** start, stop, restart, logout, pairingCode, qr, status, list: those that it offers. */
  offers: readonly string[]
  last: ActionRecord | null
}
