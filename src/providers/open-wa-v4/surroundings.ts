import type { CallFacts, DecodedEvent, EventType } from '../../domain/event'
import { event, keyOf } from '../event'
import { bool, type Fields, fields, instant, messageId, put, text, waId } from '../read'
import type { Listened } from './payload'

/** Calls, groups, chats, contacts, labels, polls, typing and the phone's battery; anything else is `other`. */
export function surroundingEvent(listened: Listened, data: unknown): DecodedEvent {
  const inside = fields(data)
  if (listened.name === 'onIncomingCall' || listened.name === 'onCallState') {
    const decoded = callEvent(listened.name, inside, listened.at)
    if (decoded !== null) return decoded
  }
  const type = typeOf(listened.name, inside)
  const decoded = event(type, listened.name, listened.id === undefined ? null : keyOf(`${listened.name}:${listened.id}`), listened.at)
  put(decoded, 'chat', chatOf(inside))
  return decoded
}

/** Call of src/api/model/call.ts, here and in version 5; `State` is the library's word. Null without an id. */
export function callEvent(name: string, call: Fields, at: number | undefined): DecodedEvent | null {
  const id = messageId(call.id)?.id
  if (id === undefined) return null
  const facts: CallFacts = { id }
  const isOutgoing = bool(call.outgoing)
  put(facts, 'from', waId(call.peerJid))
  put(facts, 'fromMe', isOutgoing)
  put(facts, 'video', bool(call.isVideo))
  put(facts, 'group', bool(call.isGroup))
  const phase = PHASES.get(text(call.State, 50) ?? '') ?? (isOutgoing === true ? 'placed' : 'received')
  const decoded = event(`call.${phase}`, name, keyOf(`call:${id}:${phase}`), instant(call.offerTime) ?? at)
  decoded.call = facts
  return decoded
}

/** The states of WhatsApp Web's call store. */
const PHASES = new Map<string, string>([
  ['INCOMING_RING', 'received'],
  ['OUTGOING_RING', 'placed'],
  ['OUTGOING_CALLING', 'placed'],
  ['CONNECTING', 'accepted'],
  ['CONNECTION_LOST', 'ended'],
  ['ACTIVE', 'accepted'],
  ['HANDLED_REMOTELY', 'accepted'],
  ['ENDED', 'ended'],
  ['REJECTED', 'rejected'],
  ['REMOTE_CALL_IN_PROGRESS', 'accepted'],
  ['FAILED', 'ended'],
  ['NOT_ANSWERED', 'missed'],
])

const TYPES = new Map<string, EventType>([
  ['onAddedToGroup', 'group.join'],
  ['onRemovedFromGroup', 'group.leave'],
  ['onGroupApprovalRequest', 'group.membership_request'],
  ['onGroupChange', 'group.update'],
  ['onChatDeleted', 'chat.removed'],
  ['onChatOpened', 'chat.opened'],
  ['onChatState', 'presence.update'],
  ['onContactAdded', 'contact.added'],
  ['onLabel', 'label.changed'],
  ['onPollVote', 'poll.vote'],
  ['onButton', 'chat.button'],
  ['onStory', 'chat.story'],
  ['onOrder', 'chat.order'],
  ['onNewProduct', 'account.product'],
  ['onBattery', 'account.battery'],
  ['onPlugged', 'account.plugged'],
])

function typeOf(name: string, data: Fields): EventType {
  return name === 'onGlobalParticipantsChanged' ? participantsType(data.action) : (TYPES.get(name) ?? 'other')
}

/** What `add`, `remove`, `promote` and `demote` of a group's participants mean. */
export function participantsType(action: unknown): EventType {
  return PARTICIPANTS.get(action) ?? 'group.participants'
}

const PARTICIPANTS = new Map<unknown, EventType>([
  ['add', 'group.join'],
  ['join', 'group.join'],
  ['remove', 'group.leave'],
  ['leave', 'group.leave'],
  ['promote', 'group.admin_changed'],
  ['demote', 'group.admin_changed'],
])

function chatOf(data: Fields): string | undefined {
  return waId(data.chatId) ?? waId(data.chat) ?? waId(fields(data.chat).id) ?? waId(data.groupId) ?? jid(data.id) ?? waId(data.from)
}

/** `id` is a chat's own in some events and a message's in others. */
function jid(value: unknown): string | undefined {
  const id = waId(value) ?? waId(fields(value)._serialized)
  return id !== undefined && /^[^_]+@[a-z.]+$/.test(id) ? id : undefined
}
