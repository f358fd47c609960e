import type { DecodedEvent, MessageFacts } from '../../domain/event'
import { digestOf, event, keyOf } from '../event'
import { identityOf, MAX_TEXT } from '../message'
import { ack, bool, type Fields, fields, instant, isObject, messageId, put, text, waId } from '../read'
import type { Envelope } from './payload'

/** A `message*` event, or null when it is none or names no message. */
export function messageEvent(envelope: Envelope, payload: Fields): DecodedEvent | null {
  switch (envelope.name) {
    case 'message':
      return wholeMessage('message.received', envelope, payload)
    case 'message.any':
      return wholeMessage('message.created', envelope, payload)
    case 'message.waiting':
      return wholeMessage('message.created', envelope, payload, 'ciphertext')
    case 'message.ack':
    case 'message.ack.group':
      return ackEvent(envelope, payload)
    case 'message.edited':
      return editedEvent(envelope, payload)
    case 'message.revoked':
      return revokedEvent(envelope, payload)
    case 'message.reaction':
      return reactionEvent(envelope, payload)
    default:
      return null
  }
}

function wholeMessage(type: 'message.received' | 'message.created', envelope: Envelope, payload: Fields, kind?: string): DecodedEvent | null {
  const facts = identity(payload, payload.id)
  if (facts === null) return null
  put(facts, 'kind', kind ?? kindOf(payload))
  put(facts, 'text', text(payload.body, MAX_TEXT))
  put(facts, 'hasMedia', bool(payload.hasMedia))
  put(facts, 'media', mediaOf(payload.media))
  put(facts, 'ack', ack(payload.ack))
  put(facts, 'sentAt', instant(payload.timestamp))
  put(facts, 'quotedId', messageId(fields(payload.replyTo).id)?.id)
  return finish(type, envelope, facts, facts.id, payload)
}

/** `from` and `to` of an ack are the chat and the account whoever wrote the message: only the id can be believed. */
function ackEvent(envelope: Envelope, payload: Fields): DecodedEvent | null {
  const facts = messageId(payload.id) as MessageFacts | undefined
  if (facts === undefined) return null
  put(facts, 'ack', ack(payload.ack))
  return finish('message.ack', envelope, facts, `${facts.id}:${facts.ack ?? ''}:${waId(payload.participant) ?? ''}`, payload)
}

function editedEvent(envelope: Envelope, payload: Fields): DecodedEvent | null {
  const facts = identity(payload, payload.id)
  if (facts === null) return null
  facts.id = messageId(payload.editedMessageId)?.id ?? facts.id
  put(facts, 'text', text(payload.body, MAX_TEXT))
  const body = typeof payload.body === 'string' ? payload.body : ''
  return finish('message.edited', envelope, facts, `${facts.id}:${digestOf(body)}`, payload)
}

/** `after` is the revocation's own message in the same chat; `before` is null when WAHA did not keep the original. */
function revokedEvent(envelope: Envelope, payload: Fields): DecodedEvent | null {
  const shell = isObject(payload.after) ? payload.after : fields(payload.before)
  const revoked = messageId(payload.revokedMessageId)?.id
  const facts = identity(shell, shell.id ?? payload.revokedMessageId)
  if (facts === null) return null
  facts.id = revoked ?? facts.id
  return finish('message.revoked', envelope, facts, facts.id, shell)
}

function reactionEvent(envelope: Envelope, payload: Fields): DecodedEvent | null {
  const reaction = fields(payload.reaction)
  const facts = messageId(reaction.messageId) as MessageFacts | undefined
  const sender = waId(payload.participant) ?? waId(payload.from)
  if (facts === undefined || sender === undefined) return null
  const emoji = text(reaction.text, 50) ?? ''
  facts.reaction = { text: emoji, sender }
  return finish('message.reaction', envelope, facts, `${facts.id}:${sender}:${instant(payload.timestamp) ?? ''}:${emoji}`, payload)
}

/** `identityOf` tells the happening apart where the envelope has no id (before 2025.3). */
function finish(type: DecodedEvent['type'], envelope: Envelope, facts: MessageFacts, identityOf: string, payload: Fields): DecodedEvent {
  const key = keyOf(`${envelope.name}:${envelope.id ?? identityOf}`)
  const decoded = event(type, envelope.name, key, envelope.at ?? instant(payload.timestamp), envelope.at !== undefined)
  decoded.message = facts
  return decoded
}

function identity(payload: Fields, id: unknown): MessageFacts | null {
  return identityOf(payload, id, { author: payload.participant })
}

/** WAHA has no kind of its own: the engine's word (WEBJS, WPP), else what the payload shows, else the engine's (GOWS). */
function kindOf(payload: Fields): string | undefined {
  const raw = fields(payload._data)
  const word = text(raw.type, 50)
  if (word !== undefined) return word
  if (isObject(payload.location)) return 'location'
  const mimetype = fields(payload.media).mimetype
  if (typeof mimetype === 'string') return text(mimetype.split('/', 1)[0], 50)
  return text(fields(raw.Info).Type, 50)
}

function mediaOf(value: unknown): MessageFacts['media'] {
  if (!isObject(value)) return undefined
  const media: NonNullable<MessageFacts['media']> = {}
  put(media, 'mimetype', text(value.mimetype, 100))
  put(media, 'filename', text(value.filename, 255))
  put(media, 'url', text(value.url, 2000))
  put(media, 'error', text(value.error, 500))
  return media
}
