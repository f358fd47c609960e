/**
 * An event is one normalised fact decoded from a delivery. Providers make them, the ledger keeps
 * them, the reducer folds them. Everything here is plain data.
 */

/** Milliseconds since the Unix epoch; may carry microseconds as a fraction (a double holds them exactly enough). */
export type Instant = number

export const SESSION_EVENT_TYPES = [
  'session.qr',
  'session.pairing_code',
  'session.loading',
  'session.authenticated',
  'session.connected',
  'session.connecting',
  'session.disconnected',
  'session.auth_failure',
  'session.stale',
  'session.state',
  'session.answered',
] as const
export type SessionEventType = (typeof SESSION_EVENT_TYPES)[number]

export const MESSAGE_EVENT_TYPES = [
  'message.received',
  'message.created',
  'message.ack',
  'message.edited',
  'message.revoked',
  'message.reaction',
  'message.media',
] as const
export type MessageEventType = (typeof MESSAGE_EVENT_TYPES)[number]

/** Families whose second word is the provider's own, in snake_case: `call.received`, `group.join`, `presence.update`. */
export const OPEN_FAMILIES = ['call', 'group', 'chat', 'contact', 'label', 'presence', 'poll', 'account', 'operator'] as const
export type OpenEventType = `${(typeof OPEN_FAMILIES)[number]}.${string}`

/** The promise of the interface: every event has one of these types; what we do not know is `other`. */
export type EventType = SessionEventType | MessageEventType | OpenEventType | 'other'

export const STATUSES = ['new', 'starting', 'qr', 'loading', 'authenticated', 'connected', 'disconnected', 'auth_failure'] as const
export type Status = (typeof STATUSES)[number]

export const REASONS = ['logged_out', 'stopped', 'replaced', 'banned', 'network', 'timeout', 'qr_expired', 'stale', 'rejected', 'unknown'] as const
export type Reason = (typeof REASONS)[number]

/** What a `session.*` event says. Every field is what the sender said, none is inferred; `session.answered` is what it said when we asked. */
export interface SessionFacts {
  /** `session.state` and `session.answered`: the status that the sender's own state word means, when it means one. */
  status?: Status
  /** `session.disconnected`, `session.auth_failure`, `session.state` and `session.answered`: why. */
  reason?: Reason
  /** The sender's own word or sentence, for people: `LOGOUT`, `Passkey required`. At most 500 characters. */
  detail?: string
  /** `session.qr`: the raw text that WhatsApp scans. Absent when the sender announces a QR without giving it (WAHA). */
  qr?: string
  /** `session.pairing_code`: the code to type on the phone, as given. */
  pairingCode?: string
  /** `session.loading`: 0 to 100. */
  percent?: number
  /** `session.loading`: the sender's text beside the percentage. */
  message?: string
  /** Whose number this is: WhatsApp id such as `5511998877665@c.us`, and the push name. */
  account?: { id: string; name?: string }
  /** `session.stale` only: the instant of the last event that the sweep had seen when it judged. */
  judged?: { lastEventAt: Instant | null }
}

/** -1 error, 0 pending, 1 server, 2 device, 3 read, 4 played. */
export type Ack = -1 | 0 | 1 | 2 | 3 | 4

/** What a `message.*` event says about one message. `id` is always the message it is about, never the carrier. */
export interface MessageFacts {
  /** The bare WhatsApp message id (`3EB0A1B2C3…`), the same for every provider and every event about the message. */
  id: string
  chat?: string
  from?: string
  to?: string
  /** In groups: who wrote it. */
  author?: string
  fromMe?: boolean
  /** The sender's word for the kind: chat, image, ptt, location, ciphertext … */
  kind?: string
  /** Text or caption; sanitised for Postgres (no NUL, well-formed) and cut at 1,000 characters. */
  text?: string
  hasMedia?: boolean
  media?: { mimetype?: string; filename?: string; bytes?: number; sha256?: string; url?: string; error?: string }
  ack?: Ack
  /** The message's own time (WhatsApp gives seconds). */
  sentAt?: Instant
  quotedId?: string
  /** `message.reaction`: the emoji, '' when taken back, and who reacted. */
  reaction?: { text: string; sender: string }
}

export interface CallFacts {
  id: string
  from?: string
  fromMe?: boolean
  video?: boolean
  group?: boolean
}

/** What an `operator.*` event says: who wanted what, and what became of it. */
export interface OperatorFacts {
  action: string
  outcome: 'requested' | 'done' | 'failed'
  by: { id: string; name: string }
  /** In words, for `done` and `failed`. At most 500 characters. */
  message?: string
}

/** What a provider decodes a delivery into. */
export interface DecodedEvent {
  type: EventType
  /** The sender's own name for it, e.g. `message_create`, `session.status`. */
  providerType: string
  /**
   * Semantic idempotency key, unique within the session: the same happening told twice has the same key, two happenings
   * that look alike have two. `null` for what has no identity (every `ready` is byte-identical and each is true).
   * At most 500 characters.
   */
  key: string | null
  /** When the sender says it happened. */
  occurredAt: Instant | null
  /** True when `occurredAt` is precise enough to order events by (WAHA's `timestamp`, Standard Webhooks), else arrival orders. */
  ordered: boolean
  session?: SessionFacts
  message?: MessageFacts
  call?: CallFacts
  operator?: OperatorFacts
  /** The chat it concerns, when there is one and `message` does not say. */
  chat?: string
}

export function isSessionEvent(type: EventType): type is SessionEventType {
  return type.startsWith('session.')
}

export function isMessageEvent(type: EventType): type is MessageEventType {
  return type.startsWith('message.')
}

/** Events that only a connected session can produce: they contradict a claim to be waiting or gone. */
export function isEvidence(type: EventType): boolean {
  return (
    type === 'message.received' ||
    type === 'message.created' ||
    type === 'message.ack' ||
    type === 'message.reaction' ||
    type.startsWith('call.') ||
    type.startsWith('presence.')
  )
}
