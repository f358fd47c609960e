import type { CallFacts, DecodedEvent, EventType } from '../../domain/event'
import { event, keyOf } from '../event'
import { bool, type Fields, fields, instant, messageId, put, waId } from '../read'

/** Calls, groups, chats, contacts and polls, or null when it is none of them. */
export function surroundingEvent(dataType: string, data: Fields): DecodedEvent | null {
  switch (dataType) {
    case 'call':
      return callEvent(fields(data.call))
    case 'group_join':
    case 'group_leave':
    case 'group_update':
    case 'group_admin_changed':
    case 'group_membership_request':
      return groupEvent(dataType, fields(data.notification))
    case 'contact_changed':
      return contactEvent(data)
    case 'chat_removed':
      return chatEvent('chat.removed', dataType, data)
    case 'chat_archived':
      return chatEvent(bool(data.currState) === false ? 'chat.unarchived' : 'chat.archived', dataType, data)
    case 'unread_count':
      return chatEvent('chat.unread', dataType, data)
    case 'vote_update':
      return voteEvent(fields(data.vote))
    default:
      return null
  }
}

/**
 * whatsapp-web.js 1.34 fires on every write to its call store: several identical events per call. The key is the call with its
 * shape, so that repeats fall away and a call that turns into a group call does not.
 */
function callEvent(call: Fields): DecodedEvent | null {
  const id = messageId(call.id)?.id
  if (id === undefined) return null
  const facts: CallFacts = { id }
  put(facts, 'from', waId(call.from) ?? waId(call.peerJid))
  put(facts, 'fromMe', bool(call.fromMe))
  put(facts, 'video', bool(call.isVideo))
  put(facts, 'group', bool(call.isGroup))
  const participants = Array.isArray(call.participants) ? call.participants.length : 0
  const shape = `${facts.video ?? ''}/${facts.group ?? ''}/${participants}`
  const decoded = event(facts.fromMe === true ? 'call.placed' : 'call.received', 'call', keyOf(`call:${id}:${shape}`), instant(call.timestamp))
  decoded.call = facts
  return decoded
}

function groupEvent(dataType: string, notification: Fields): DecodedEvent {
  const id = messageId(notification.id)
  const type: EventType = `group.${dataType.slice('group_'.length)}`
  const decoded = event(type, dataType, id === undefined ? null : keyOf(`${dataType}:${id.id}`), instant(notification.timestamp))
  put(decoded, 'chat', waId(notification.chatId) ?? id?.chat)
  return decoded
}

function contactEvent(data: Fields): DecodedEvent {
  const message = fields(data.message)
  const id = messageId(message.id)?.id
  const decoded = event('contact.changed', 'contact_changed', id === undefined ? null : keyOf(`contact_changed:${id}`), instant(message.timestamp))
  put(decoded, 'chat', waId(data.newId) ?? waId(data.oldId))
  return decoded
}

/** A chat's `timestamp` is that of its last message, not of the happening: these have neither time nor identity. */
function chatEvent(type: EventType, dataType: string, data: Fields): DecodedEvent {
  const decoded = event(type, dataType, null)
  put(decoded, 'chat', waId(fields(data.chat).id))
  return decoded
}

/** `interractedAtTs` is the library's own spelling; milliseconds. */
function voteEvent(vote: Fields): DecodedEvent {
  const poll = messageId(vote.parentMsgKey) ?? messageId(fields(vote.parentMessage).id)
  const voter = waId(vote.voter)
  const at = instant(vote.interractedAtTs)
  const known = poll !== undefined && voter !== undefined && at !== undefined
  const decoded = event('poll.vote', 'vote_update', known ? keyOf(`vote:${poll.id}:${voter}:${at}`) : null, at)
  put(decoded, 'chat', poll?.chat)
  return decoded
}
