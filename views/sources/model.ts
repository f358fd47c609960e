/** What the pages of sources show. Plain data, made by src/web/source-board.ts. */
import type { EventType, Instant, Status } from '../../src/domain/event'
import type { Mismatch, Sighting } from '../../src/domain/recognition'
import type { QuarantineRecord } from '../../src/domain/records'
import type { Expected } from './guide-text'

/** One way in which deliveries prove themselves. */
export interface Proof {
  strength: 'signed' | 'token' | 'shared' | 'weak' | 'open'
  /** `HMAC-SHA256 in X-Webhook-Signature` */
  title: string
  /** `proves body and sender` */
  proves: string
  warning: string | null
}

export interface SourceView {
  id: string
  slug: string
  label: string
  provider: { id: string; label: string }
  owner: { id: string; name: string } | null
  /** Without a session. Where the secret is part of the URL, it is not shown here. */
  webhookUrl: string
  createdAt: Instant
  proofs: readonly Proof[]
  /** What an attacker would try; null when nothing is accepted. */
  weakest: Proof | null
  sessions: readonly { status: Status; count: number }[]
  lastEventAt: Instant | null
  /** In the last 24 hours. */
  rejected: number
  quarantined: number
  /** How many are live, when the oldest of them was made, and whether senders are being moved. */
  secrets: { live: number; oldestAt: Instant | null; isRotating: boolean; isNeeded: boolean }
}

/** Refusals for one reason, together. */
export interface Refused {
  code: string
  message: string
  times: number
  firstAt: Instant
  lastAt: Instant
  addresses: readonly string[]
  addressCount: number
  sessions: readonly string[]
}

/** What came of the first delivery of a source, or of the latest while none was understood. */
export type Arrival =
  | { kind: 'waiting' }
  | { kind: 'heard'; session: string; type: EventType | null; at: Instant }
  | { kind: 'refused'; refused: Refused }
  | { kind: 'quarantined'; at: Instant; reason: string }

/** A kind of event that should come, and when it last did. */
export interface Received extends Omit<Expected, 'type'> {
  type: string
  lastAt: Instant | null
  /** `missing`: what has come shows that it should have come as well. */
  state: 'received' | 'missing' | 'not yet'
}

/** One source as it is now: what its page shows to everybody. */
export interface SourceNow {
  source: SourceView
  arrival: Arrival
  received: readonly Received[]
  refused: readonly Refused[]
  quarantine: readonly QuarantineRecord[]
  recognition: { sightings: readonly (Sighting & { label: string })[]; proposal: { id: string; label: string } | null } | null
  mismatches: readonly Mismatch[]
}

/** A secret as admins see it. */
export interface SecretView {
  id: string
  /** `…x9Qa`; `…` for a short one. */
  hint: string
  createdAt: Instant
  retiresAt: Instant | null
  lastUsedAt: Instant | null
  uses: number
  /** Its part in a rotation. */
  part: 'old' | 'new' | null
}

export interface SecretsView {
  live: readonly SecretView[]
  /** How far the move of the senders has come, in a sentence. */
  rotation: { state: 'waiting' | 'moving' | 'ready'; advice: string } | null
}

/** One choice of how deliveries shall prove themselves. */
export interface ProofChoice {
  id: string
  title: string
  proofs: readonly Proof[]
}
