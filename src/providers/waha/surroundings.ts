import type { CallFacts, DecodedEvent, EventType } from '../../domain/event'
import { event, keyOf } from '../event'
import { bool, type Fields, fields, instant, messageId, put, waId } from '../read'
import type { Envelope } from './payload'

/** Calls, groups, chats, labels, presence and polls; anything else is `other`. */
export function surroundingEvent(envelope: Envelope, payload: Fields): DecodedEvent {
  const key = envelope.id === undefined ? fallbackKey(envelope, payload) : keyOf(`${envelope.name}:${envelope.id}`)
  const at = envelope.at ?? instant(payload.timestamp)
  const decoded = event(typeOf(envelope.name, payload), envelope.name, key, at, envelope.at !== undefined)
  if (decoded.type.startsWith('call.')) put(decoded, 'call', callOf(payload))
  else put(decoded, 'chat', chatOf(envelope.name, payload))
  return decoded
}

const TYPES = new Map<string, EventType>([
  ['call.received', 'call.received'],
  ['call.accepted', 'call.accepted'],
  ['call.rejected', 'call.rejected'],
  ['group.v2.join', 'group.join'],
  ['group.v2.leave', 'group.leave'],
  ['group.v2.update', 'group.update'],
  ['group.v2.participants.join-request', 'group.membership_request'],
  ['group.join', 'group.join'],
  ['group.leave', 'group.leave'],
  ['presence.update', 'presence.update'],
  ['poll.vote', 'poll.vote'],
  ['poll.vote.failed', 'poll.vote_failed'],
  ['label.upsert', 'label.upsert'],
  ['label.deleted', 'label.deleted'],
  ['label.chat.added', 'label.chat_added'],
  ['label.chat.deleted', 'label.chat_deleted'],
])

const PARTICIPANTS = new Map<unknown, EventType>([
  ['join', 'group.join'],
  ['add', 'group.join'],
  ['leave', 'group.leave'],
  ['remove', 'group.leave'],
  ['promote', 'group.admin_changed'],
  ['demote', 'group.admin_changed'],
])

function typeOf(name: string, payload: Fields): EventType {
  if (name === 'group.v2.participants') return PARTICIPANTS.get(payload.type) ?? 'group.participants'
  if (name === 'chat.archive') return bool(payload.archived) === false ? 'chat.unarchived' : 'chat.archived'
  return TYPES.get(name) ?? 'other'
}

function chatOf(name: string, payload: Fields): string | undefined {
  if (name.startsWith('group.v2.')) return waId(fields(payload.group).id)
  if (name.startsWith('group.') || name === 'presence.update' || name === 'chat.archive') return waId(payload.id)
  if (name.startsWith('label.chat.')) return waId(payload.chatId)
  if (name.startsWith('poll.vote')) return messageId(fields(payload.poll).id)?.chat
  return undefined
}

function callOf(payload: Fields): CallFacts | undefined {
  const id = messageId(payload.id)?.id
  if (id === undefined) return undefined
  const facts: CallFacts = { id }
  put(facts, 'from', waId(payload.from))
  put(facts, 'video', bool(payload.isVideo))
  put(facts, 'group', bool(payload.isGroup))
  return facts
}

/** Before 2025.3 there was no envelope id: what has an identity of its own is still told once. */
function fallbackKey(envelope: Envelope, payload: Fields): string | null {
  const id = envelope.name.startsWith('call.') ? payload.id : envelope.name.startsWith('poll.') ? fields(payload.vote).id : undefined
  const own = messageId(id)?.id
  return own === undefined ? null : keyOf(`${envelope.name}:${own}`)
}
