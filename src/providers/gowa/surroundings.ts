import type { CallFacts, DecodedEvent, EventType } from '../../domain/event'
import { digestOf, event, keyOf } from '../event'
import { outlineOf } from '../outline'
import { type Fields, put, text, waId } from '../read'
import type { Told } from './payload'

/** Calls, groups, channels, labels and presence; anything else is `other`. */
export function surroundingEvent(told: Told, payload: Fields): DecodedEvent {
  if (told.name === 'call.offer') return callEvent(told, payload) ?? event('other', told.name, null, told.at)
  const decoded = event(typeOf(told.name, payload), told.name, momentKey(told, payload), told.at)
  put(decoded, 'chat', waId(payload.chat_id) ?? waId(payload.newsletter_id))
  return decoded
}

/** Nothing else tells two of them apart: the same words in the same second are the same happening. */
function momentKey({ name, at }: Told, payload: Fields): string | null {
  return at === undefined ? null : keyOf(`${name}:${at}:${digestOf(outlineOf(payload))}`)
}

const TYPES = new Map<string, EventType>([
  ['chat_presence', 'presence.update'],
  ['group.joined', 'group.join'],
  ['newsletter.joined', 'chat.newsletter_joined'],
  ['newsletter.left', 'chat.newsletter_left'],
  ['newsletter.message', 'chat.newsletter_message'],
  ['newsletter.mute', 'chat.newsletter_muted'],
])

const PARTICIPANTS = new Map<unknown, EventType>([
  ['join', 'group.join'],
  ['leave', 'group.leave'],
  ['promote', 'group.admin_changed'],
  ['demote', 'group.admin_changed'],
])

function typeOf(name: string, payload: Fields): EventType {
  switch (name) {
    case 'group.participants':
      return PARTICIPANTS.get(payload.type) ?? 'group.participants'
    case 'label.edit':
      return payload.deleted === true ? 'label.deleted' : 'label.upsert'
    case 'label.association':
      return payload.labeled === false ? 'label.chat_deleted' : 'label.chat_added'
    default:
      return TYPES.get(name) ?? 'other'
  }
}

/** How a call ends is not told, unless WHATSAPP_AUTO_REJECT_CALL ended it at once. */
function callEvent(told: Told, payload: Fields): DecodedEvent | null {
  const id = text(payload.call_id)
  if (id === undefined) return null
  const call: CallFacts = { id, group: payload.group_jid !== undefined }
  put(call, 'from', waId(payload.from))
  const decoded = event(payload.auto_rejected === true ? 'call.rejected' : 'call.received', told.name, keyOf(`call:${id}`), told.at)
  decoded.call = call
  return decoded
}
