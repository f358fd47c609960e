import type { DecodedEvent, MessageEventType, MessageFacts } from '../../domain/event'
import { digestOf, event, keyOf } from '../event'
import { identityOf, MAX_TEXT } from '../message'
import { ack, bool, type Fields, fields, instant, messageId, put, text, waId } from '../read'
import { mediaOf } from './media'

/** A `message*` or `media*` event, or null when it is none or names no message. */
export function messageEvent(dataType: string, data: Fields): DecodedEvent | null {
  const type = TYPES.get(dataType)
  if (type === undefined) return null
  if (type === 'message.reaction') return reactionEvent(dataType, fields(data.reaction))
  const message = fields(data.message)
  if (type === 'message.revoked') return revokedEvent(dataType, message)
  const facts = messageFacts(message)
  if (facts === null) return null
  switch (type) {
    case 'message.ack':
      return ackEvent(dataType, data, facts)
    case 'message.edited':
      return editedEvent(dataType, data, message, facts)
    case 'message.media':
      put(facts, 'media', mediaOf(data.messageMedia) ?? facts.media)
  }
  const decoded = event(type, dataType, keyOf(`${dataType}:${facts.id}`), facts.sentAt)
  decoded.message = facts
  return decoded
}

const TYPES = new Map<string, MessageEventType>([
  ['message', 'message.received'],
  ['message_create', 'message.created'],
  // Not yet decrypted: the real one follows as message_create and message with the same id.
  ['message_ciphertext', 'message.created'],
  ['media', 'message.media'],
  ['media_uploaded', 'message.media'],
  ['message_ack', 'message.ack'],
  ['message_edit', 'message.edited'],
  ['message_revoke_everyone', 'message.revoked'],
  ['message_revoke_me', 'message.revoked'],
  ['message_reaction', 'message.reaction'],
])

/** What structures/Message.js of whatsapp-web.js says of a message. Null without an id: nothing can be told about it. */
function messageFacts(message: Fields): MessageFacts | null {
  const facts = identity(message, message.id)
  if (facts === null) return null
  const raw = fields(message._data)
  const kind = text(message.type, 50)
  put(facts, 'kind', kind)
  put(facts, 'text', kind === 'location' ? placeName(message) : text(message.body, MAX_TEXT))
  const hasMedia = bool(message.hasMedia)
  put(facts, 'hasMedia', hasMedia)
  if (hasMedia === true) put(facts, 'media', mediaOf(raw))
  put(facts, 'ack', ack(message.ack))
  put(facts, 'sentAt', instant(message.timestamp))
  put(facts, 'quotedId', messageId(raw.quotedStanzaID)?.id)
  return facts
}

function identity(message: Fields, id: unknown): MessageFacts | null {
  return identityOf(message, id, { author: message.author })
}

/** The body of a location is its thumbnail in base64, not a text. */
function placeName(message: Fields): string | undefined {
  const location = fields(message.location)
  return text(location.description, MAX_TEXT) ?? text(location.name, MAX_TEXT) ?? text(location.address, MAX_TEXT)
}

/** The timestamp inside is when the message was sent, not when it was acknowledged: the ack has no time of its own. */
function ackEvent(dataType: string, data: Fields, facts: MessageFacts): DecodedEvent {
  put(facts, 'ack', ack(data.ack))
  const decoded = event('message.ack', dataType, keyOf(`ack:${facts.id}:${facts.ack ?? 'unknown'}`))
  decoded.message = facts
  return decoded
}

function editedEvent(dataType: string, data: Fields, message: Fields, facts: MessageFacts): DecodedEvent {
  put(facts, 'text', text(data.newBody, MAX_TEXT))
  const editedAt = instant(message.latestEditSenderTimestampMs ?? fields(message._data).latestEditSenderTimestampMs)
  const body = typeof data.newBody === 'string' ? data.newBody : ''
  const decoded = event('message.edited', dataType, keyOf(`edit:${facts.id}:${editedAt ?? ''}:${digestOf(body)}`), editedAt)
  decoded.message = facts
  return decoded
}

/**
 * Only a shell is left of a revoked message, so only who and where is told. The shell may be the revocation's own: then
 * `protocolMessageKey` names the original.
 */
function revokedEvent(dataType: string, message: Fields): DecodedEvent | null {
  const original = messageId(message.protocolMessageKey) ?? messageId(fields(message._data).protocolMessageKey)
  const facts = identity(message, original === undefined ? message.id : original.id)
  if (facts === null) return null
  put(facts, 'chat', original?.chat ?? messageId(message.id)?.chat)
  const decoded = event('message.revoked', dataType, keyOf(`${dataType}:${facts.id}`))
  decoded.message = facts
  return decoded
}

/** `id` is the reaction's own message; `msgId` the one reacted to. `reaction: ""` takes it back. */
function reactionEvent(dataType: string, reaction: Fields): DecodedEvent | null {
  const about = messageId(reaction.msgId)
  const sender = waId(reaction.senderId)
  if (about === undefined || sender === undefined) return null
  const at = instant(reaction.timestamp)
  const emoji = text(reaction.reaction, 50) ?? ''
  const decoded = event('message.reaction', dataType, keyOf(`reaction:${about.id}:${sender}:${at ?? ''}:${emoji}`), at)
  decoded.message = { ...about, reaction: { text: emoji, sender } }
  return decoded
}
