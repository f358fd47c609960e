import type { CallFacts, DecodedEvent, EventType } from '../../domain/event'
import { event, keyOf } from '../event'
import { bool, type Fields, fields, instant, messageId, put, text, waId } from '../read'

/** Calls, groups, labels, polls, presence and live locations; anything else is `other`. */
export function surroundingEvent(name: string, body: Fields): DecodedEvent {
  switch (name) {
    case 'incomingcall':
      return callEvent(body) ?? event('other', name, null)
    case 'onpresencechanged':
      return presenceEvent(body)
    case 'onparticipantschanged':
      return chatEvent(PARTICIPANTS.get(body.action) ?? 'group.participants', name, waId(body.groupId))
    case 'onupdatelabel':
      return chatEvent(body.type === 'remove' ? 'label.chat_deleted' : 'label.chat_added', name, waId(fields(body.chat).id))
    case 'onpollresponse':
      return voteEvent(body)
    case 'location':
      return locationEvent(body)
    default:
      return event('other', name, null)
  }
}

const PARTICIPANTS = new Map<unknown, EventType>([
  ['add', 'group.join'],
  ['join', 'group.join'],
  ['remove', 'group.leave'],
  ['leaver', 'group.leave'],
  ['leave', 'group.leave'],
  ['promote', 'group.admin_changed'],
  ['demote', 'group.admin_changed'],
])

/** Changes of groups and labels have neither time nor identity. */
function chatEvent(type: EventType, name: string, chat: string | undefined): DecodedEvent {
  const decoded = event(type, name, null)
  put(decoded, 'chat', chat)
  return decoded
}

/** Null without an id. */
function callEvent(body: Fields): DecodedEvent | null {
  const id = messageId(body.id)?.id
  if (id === undefined) return null
  const facts: CallFacts = { id }
  const isOutgoing = bool(body.outgoing)
  put(facts, 'from', waId(body.peerJid) ?? waId(body.from))
  put(facts, 'fromMe', isOutgoing)
  put(facts, 'video', bool(body.isVideo))
  put(facts, 'group', bool(body.isGroup))
  const phase = isOutgoing === true ? 'placed' : 'received'
  const decoded = event(`call.${phase}`, 'incomingcall', keyOf(`call:${id}:${phase}`), instant(body.offerTime))
  decoded.call = facts
  return decoded
}

/** Noisy: somebody is typing, or not any more. `t` is in milliseconds. */
function presenceEvent(body: Fields): DecodedEvent {
  const chat = waId(body.id)
  const at = instant(body.t)
  const isTold = chat !== undefined && at !== undefined
  const key = isTold ? keyOf(`presence:${chat}:${text(body.state, 50) ?? ''}:${at}`) : null
  const decoded = event('presence.update', 'onpresencechanged', key, at)
  put(decoded, 'chat', chat)
  return decoded
}

function voteEvent(body: Fields): DecodedEvent {
  const poll = messageId(body.msgId)
  const voter = waId(body.sender)
  const at = instant(body.timestamp)
  const isTold = poll !== undefined && voter !== undefined && at !== undefined
  const decoded = event('poll.vote', 'onpollresponse', isTold ? keyOf(`vote:${poll.id}:${voter}:${at}`) : null, at)
  put(decoded, 'chat', waId(body.chatId) ?? poll?.chat)
  return decoded
}

/** Somebody who shares where they are: once at the start of it, and again while they move (`onLiveLocation`). */
function locationEvent(body: Fields): DecodedEvent {
  const at = instant(body.lastUpdated)
  const message = messageId(body.msgId)?.id
  const key = message !== undefined && at !== undefined ? keyOf(`location:${message}:${text(body.type, 50) ?? ''}:${at}`) : null
  const decoded = event('chat.live_location', 'location', key, at)
  put(decoded, 'chat', waId(body.id))
  return decoded
}
