import type { DecodedEvent, MessageEventType, MessageFacts } from '../../domain/event'
import { event, keyOf } from '../event'
import { messageFacts, UNKNOWN_SENDER } from '../open-wa'
import { ack, type Fields, fields, instant, messageId, put, text, waId } from '../read'
import type { Envelope } from './payload'

/** An event about one message, or null when it is none or names no message. The keys are the messages': retries repeat them. */
export function messageEvent(envelope: Envelope, payload: Fields): DecodedEvent | null {
  switch (envelope.name) {
    case 'message.received':
    case 'broadcast.received':
      return whole('message.received', envelope, payload)
    case 'message.any':
      return whole('message.created', envelope, payload)
    case 'message.deleted':
      return deleted(envelope, payload)
    case 'ack.changed':
      return acknowledged(envelope, fields(payload.ack))
    case 'reaction.added':
      return reacted(envelope, fields(payload.reaction))
    default:
      return null
  }
}

function whole(type: MessageEventType, envelope: Envelope, payload: Fields): DecodedEvent | null {
  const facts = messageFacts(fields(payload.message))
  return facts === null ? null : finish(type, envelope, facts, facts.id)
}

function deleted(envelope: Envelope, payload: Fields): DecodedEvent | null {
  const facts: MessageFacts | undefined = messageId(payload.messageId)
  if (facts === undefined) return null
  put(facts, 'chat', waId(payload.chatId))
  return finish('message.revoked', envelope, facts, facts.id)
}

function acknowledged(envelope: Envelope, told: Fields): DecodedEvent | null {
  const facts: MessageFacts | undefined = messageId(told.id)
  if (facts === undefined) return null
  put(facts, 'ack', ack(told.ack))
  return finish('message.ack', envelope, facts, `${facts.id}:${facts.ack ?? ''}`)
}

/** `id` is the reaction's own; the alpha does not say who reacted. */
function reacted(envelope: Envelope, told: Fields): DecodedEvent | null {
  const facts: MessageFacts | undefined = messageId(told.msgId)
  if (facts === undefined) return null
  const sender = waId(told.senderUserJid) ?? waId(told.sender) ?? UNKNOWN_SENDER
  facts.reaction = { text: text(told.reactionText, 50) ?? '', sender }
  return finish('message.reaction', envelope, facts, `${facts.id}:${sender}:${instant(told.timestamp) ?? ''}:${facts.reaction.text}`)
}

function finish(type: MessageEventType, { name, at }: Envelope, facts: MessageFacts, identity: string): DecodedEvent {
  const decoded = event(type, name, keyOf(`${name}:${identity}`), at, true)
  decoded.message = facts
  return decoded
}
