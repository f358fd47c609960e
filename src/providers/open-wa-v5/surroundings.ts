import type { DecodedEvent, EventType } from '../../domain/event'
import { event, keyOf } from '../event'
import { callEvent, participantsType } from '../open-wa-v4/surroundings'
import { type Fields, fields, messageId, put, text, waId } from '../read'
import type { Envelope } from './payload'

/** Calls, groups, chats, labels, polls, typing and the phone's battery; anything else is `other`. */
export function surroundingEvent(envelope: Envelope, payload: Fields): DecodedEvent {
  const { name, at, correlation } = envelope
  if (name === 'call.incoming' || name === 'call.state') {
    const decoded = callEvent(name, fields(name === 'call.incoming' ? payload.call : payload.state), at)
    if (decoded !== null) return ordered(decoded, at)
  }
  const chat = chatOf(name, payload)
  const subject = chat ?? messageId(payload.messageId)?.id ?? text(payload.labelId ?? payload.orderId ?? payload.productId ?? payload.storyId) ?? ''
  const decoded = event(typeOf(name, payload), name, at === undefined ? null : keyOf(`${name}:${at}:${correlation}:${subject}`), at, true)
  put(decoded, 'chat', chat)
  return decoded
}

/** The envelope's millisecond goes before the second of the offer. */
function ordered(decoded: DecodedEvent, at: number | undefined): DecodedEvent {
  if (at === undefined) return decoded
  decoded.occurredAt = at
  decoded.ordered = true
  return decoded
}

const TYPES = new Map<string, EventType>([
  ['group.addedToGroup', 'group.join'],
  ['group.removedFromGroup', 'group.leave'],
  ['group.approval.request', 'group.membership_request'],
  ['group.changed', 'group.update'],
  ['chat.deleted', 'chat.removed'],
  ['chat.opened', 'chat.opened'],
  ['chat.state', 'presence.update'],
  ['device.battery', 'account.battery'],
  ['device.plugged', 'account.plugged'],
  ['ui.button', 'chat.button'],
  ['ui.poll.vote', 'poll.vote'],
  ['story.received', 'chat.story'],
  ['commerce.order', 'chat.order'],
  ['commerce.product.new', 'account.product'],
])

function typeOf(name: string, payload: Fields): EventType {
  if (name === 'group.participants.changed.global') return participantsType(fields(payload.change).action)
  if (name === 'label.changed') return LABELS.get(payload.action) ?? 'label.changed'
  return TYPES.get(name) ?? 'other'
}

const LABELS = new Map<unknown, EventType>([
  ['added', 'label.added'],
  ['removed', 'label.removed'],
  ['renamed', 'label.renamed'],
])

function chatOf(name: string, payload: Fields): string | undefined {
  if (name === 'group.participants.changed.global') return waId(fields(payload.change).chat)
  if (name === 'chat.opened') return waId(fields(payload.chat).id)
  if (name === 'chat.state') return waId(fields(payload.state).chat)
  return waId(payload.chatId) ?? waId(payload.groupId) ?? waId(payload.from)
}
