import type { DecodedEvent, MessageEventType } from '../../domain/event'
import { event, keyOf } from '../event'
import { messageFacts, reactionOf } from '../open-wa'
import { type Fields, fields } from '../read'
import type { Listened } from './payload'

/** An event about one message, or null when it is none or names no message. */
export function messageEvent(listened: Listened, data: Fields): DecodedEvent | null {
  const type = TYPES.get(listened.name)
  if (type === undefined) return null
  return type === 'message.reaction' ? reactionEvent(listened, data) : told(type, listened, data)
}

const TYPES = new Map<string, MessageEventType>([
  ['onMessage', 'message.received'],
  // Own and foreign: a foreign message comes under both names.
  ['onAnyMessage', 'message.created'],
  ['onBroadcast', 'message.received'],
  ['onAck', 'message.ack'],
  ['onMessageDeleted', 'message.revoked'],
  ['onReaction', 'message.reaction'],
])

/**
 * The key is the message, not the envelope's `id`: that is made anew for each webhook, and a list may name this one twice
 * (src/api/Client.ts, prepEventData).
 */
function told(type: MessageEventType, { name, at }: Listened, data: Fields): DecodedEvent | null {
  const facts = messageFacts(data)
  if (facts === null) return null
  const isWhole = type === 'message.received' || type === 'message.created'
  const level = type === 'message.ack' ? `:${facts.ack ?? ''}` : ''
  const decoded = event(type, name, keyOf(`${name}:${facts.id}${level}`), isWhole ? (facts.sentAt ?? at) : at)
  if (type === 'message.revoked') {
    delete facts.ack
    delete facts.text
  }
  decoded.message = facts
  return decoded
}

/** `{message, reactionByMe, reactions: [{aggregateEmoji, senders}], type: "add"}`; taken back with another `type`. */
function reactionEvent({ name, id, at }: Listened, data: Fields): DecodedEvent | null {
  const about = messageFacts(fields(data.message))
  if (about === null) return null
  const { at: reactedAt, ...reaction } = reactionOf(data.reactions)
  if (data.type !== 'add' && data.type !== undefined) reaction.text = ''
  const moment = reactedAt ?? id ?? at ?? ''
  const decoded = event('message.reaction', name, keyOf(`${name}:${about.id}:${reaction.sender}:${moment}:${reaction.text}`), reactedAt ?? at)
  decoded.message = { id: about.id, reaction }
  if (about.chat !== undefined) decoded.message.chat = about.chat
  if (about.fromMe !== undefined) decoded.message.fromMe = about.fromMe
  return decoded
}
