import type { CallFacts, DecodedEvent, EventType } from '../../domain/event'
import { digestOf, event, keyOf } from '../event'
import { bool, type Fields, fields, instant, put, text, waId } from '../read'
import { type Emitted, momentKey } from './payload'

/** Calls, groups, chats, contacts, labels, presence and bots; anything else is `other`. `item` may be a bare id (chats.delete). */
export function surroundingEvent(emitted: Emitted, item: unknown): DecodedEvent {
  const inside = fields(item)
  const call = emitted.name === 'call' ? callEvent(emitted, inside) : null
  if (call !== null) return call
  const chat = chatOf(emitted.name, item, inside)
  const decoded = event(typeOf(emitted.name, inside), emitted.name, momentKey(emitted, chat, identityOf(inside)))
  put(decoded, 'chat', chat)
  return decoded
}

const PHASES = new Map<unknown, string>([
  ['offer', 'received'],
  ['ringing', 'ringing'],
  ['timeout', 'missed'],
  ['reject', 'rejected'],
  ['accept', 'accepted'],
  ['terminate', 'ended'],
])

/** Baileys' `{chatId, from, id, date, offline, status, isVideo?, isGroup?}`; `date` is real UTC. Null without an id. */
function callEvent(emitted: Emitted, call: Fields): DecodedEvent | null {
  const id = text(call.id)
  if (id === undefined) return null
  const facts: CallFacts = { id }
  put(facts, 'from', waId(call.from) ?? waId(call.chatId))
  put(facts, 'video', bool(call.isVideo))
  put(facts, 'group', bool(call.isGroup))
  const phase = PHASES.get(call.status) ?? 'changed'
  const decoded = event(`call.${phase}`, emitted.name, keyOf(`call:${id}:${text(call.status, 50) ?? ''}`), instant(call.date))
  decoded.call = facts
  return decoded
}

const TYPES = new Map<string, EventType>([
  ['presence.update', 'presence.update'],
  ['groups.upsert', 'group.upsert'],
  // Emitted as the one and configured as the other, so that 2.3.6 posts neither.
  ['groups.update', 'group.update'],
  ['group.update', 'group.update'],
  ['chats.set', 'chat.upsert'],
  ['chats.upsert', 'chat.upsert'],
  ['chats.update', 'chat.changed'],
  ['chats.delete', 'chat.removed'],
  ['contacts.set', 'contact.upsert'],
  ['contacts.upsert', 'contact.upsert'],
  ['contacts.update', 'contact.changed'],
  ['typebot.start', 'chat.typebot_start'],
  ['typebot.change-status', 'chat.typebot_status'],
])

const PARTICIPANTS = new Map<unknown, EventType>([
  ['add', 'group.join'],
  ['remove', 'group.leave'],
  ['promote', 'group.admin_changed'],
  ['demote', 'group.admin_changed'],
])

function typeOf(name: string, item: Fields): EventType {
  switch (name) {
    case 'group-participants.update':
      return PARTICIPANTS.get(item.action) ?? 'group.participants'
    case 'labels.edit':
      return item.deleted === true ? 'label.deleted' : 'label.upsert'
    case 'labels.association':
      return item.type === 'remove' ? 'label.chat_deleted' : 'label.chat_added'
    default:
      return TYPES.get(name) ?? 'other'
  }
}

function chatOf(name: string, item: unknown, inside: Fields): string | undefined {
  if (name.startsWith('chats.') || name.startsWith('contacts.') || name.startsWith('typebot.')) return waId(item) ?? waId(inside.remoteJid) ?? waId(inside.id)
  if (name.startsWith('group') || name === 'presence.update') return waId(inside.id)
  return name === 'labels.association' ? waId(inside.chatId) : undefined
}

/** Many of one kind are told in the same millisecond: what tells them apart, apart from the chat. */
function identityOf(item: Fields): string | undefined {
  const words = APART.map((name) => text(item[name]))
  const members = (Array.isArray(item.participants) ? item.participants : []).map((one) => waId(one) ?? waId(fields(one).id))
  const seen = Object.entries(fields(item.presences)).flatMap(([who, presence]) => [who, text(fields(presence).lastKnownPresence)])
  const all = [...words, ...members, ...seen]
  return all.every((word) => word === undefined) ? undefined : digestOf(JSON.stringify(all))
}

const APART = ['action', 'type', 'labelId', 'id', 'status', 'sessionId']
