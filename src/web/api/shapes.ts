/** Records as the JSON API shows them. */
import type { Static } from '@sinclair/typebox'
import type { Instant } from '../../domain/event'
import type { EventRecord, MessageRecord, QuarantineRecord, RejectionRecord, SessionRecord, TransitionRecord } from '../../domain/records'
import type { ApiKeyRecord } from '../../store/api-keys'
import { isScope } from '../auth/roles'
import type { ApiKey, Event, Message, Quarantined, Rejection, Session, Transition } from './schemas'

export function time(at: Instant): string {
  return new Date(at).toISOString()
}

export const timeOrNull = (at: Instant | null): string | null => (at === null ? null : time(at))

export function sessionJson(session: SessionRecord): Static<typeof Session> {
  const { name, qr, source, provider, status, reason, health, pairingCode, loading, account, counts, seq } = session
  return {
    source,
    id: name,
    provider,
    status,
    reason,
    since: time(session.since),
    health,
    lastEventAt: timeOrNull(session.lastEventAt),
    qr: qr && { code: qr.code, receivedAt: time(qr.receivedAt), expiresAt: time(qr.expiresAt), count: qr.count },
    pairingCode,
    loading,
    account,
    ownerId: session.owner?.id ?? null,
    counts,
    seq,
  }
}

export function eventJson(event: EventRecord): Static<typeof Event> {
  const { sessionId: _, ...rest } = event
  return { ...rest, receivedAt: time(event.receivedAt), occurredAt: timeOrNull(event.occurredAt), at: time(event.at) }
}

export function transitionJson(transition: TransitionRecord): Static<typeof Transition> {
  return { ...transition, at: time(transition.at) }
}

export function messageJson(message: MessageRecord): Static<typeof Message> {
  const { sentAt, deliveredAt, readAt, editedAt, revokedAt } = message
  return {
    ...message,
    sentAt: time(sentAt),
    deliveredAt: timeOrNull(deliveredAt),
    readAt: timeOrNull(readAt),
    editedAt: timeOrNull(editedAt),
    revokedAt: timeOrNull(revokedAt),
  }
}

export function rejectionJson(rejection: RejectionRecord): Static<typeof Rejection> {
  return { ...rejection, at: time(rejection.at), lastAt: time(rejection.lastAt) }
}

export function quarantinedJson(record: QuarantineRecord): Static<typeof Quarantined> {
  return { ...record, receivedAt: time(record.receivedAt) }
}

export function apiKeyJson(key: ApiKeyRecord): Static<typeof ApiKey> {
  return {
    ...key,
    scopes: key.scopes.filter(isScope),
    createdAt: time(key.createdAt),
    lastUsedAt: timeOrNull(key.lastUsedAt),
    expiresAt: timeOrNull(key.expiresAt),
  }
}
