import type { Ack, DecodedEvent, MessageFacts } from '../../domain/event'
import { digestOf, event, keyOf } from '../event'
import { bool, type Fields, fields, instant, isObject, put, text, waId } from '../read'
import { contentIn, kindOf, textOf } from '../whatsapp-message'
import { mediaOf, quotedId } from './content'
import { type Emitted, keyFields, long, momentKey } from './payload'

/** An event about one message, or null when it is none or names no message. */
export function messageEvent(emitted: Emitted, item: Fields): DecodedEvent | null {
  switch (emitted.name) {
    case 'messages.upsert':
    case 'messages.set':
    case 'send.message':
      return carried(emitted, item)
    case 'messages.update':
      return updated(emitted, item)
    case 'messages.edited':
    case 'send.message.update':
      return edited(emitted, item)
    case 'messages.delete':
      // By the REST API it is the row of Evolution's database: its `id` is the row's, the message's is in `key`.
      return revoked(emitted, isObject(item.key) ? item.key : item)
    default:
      return null
  }
}

/** A message in full; or one that carries something about another: a reaction, an edit, a revocation, a vote. */
function carried(emitted: Emitted, item: Fields): DecodedEvent | null {
  const content = contentIn(item.message)
  if (isObject(content.reactionMessage)) return reaction(emitted, item, content.reactionMessage)
  if (isObject(content.pollUpdateMessage)) return vote(emitted, item, fields(content.pollUpdateMessage.pollCreationMessageKey))
  const protocol = isObject(content.protocolMessage) ? content.protocolMessage : fields(contentIn(fields(content.editedMessage).message).protocolMessage)
  if (isObject(protocol.editedMessage)) return edited(emitted, protocol)
  if (protocol.type === 'REVOKE' || protocol.type === 0) return revoked(emitted, keyFields(protocol))
  return whole(emitted, item, content)
}

/**
 * `send.message` and `messages.upsert` of one own message are one happening, and so is what history tells again: the key is the
 * message. An own message that the API sent comes as the former, one that the phone sent as the latter.
 */
function whole(emitted: Emitted, item: Fields, content: Fields): DecodedEvent | null {
  const key = keyFields(item)
  const facts = identity(key)
  if (facts === null) return null
  const [mine, theirs] = [emitted.own, facts.chat]
  put(facts, 'from', facts.fromMe === true ? mine : theirs)
  put(facts, 'to', facts.fromMe === true ? theirs : mine)
  put(facts, 'author', waId(key.participant))
  const media = mediaOf(content)
  put(facts, 'kind', kindOf(text(item.messageType, 50), content))
  put(facts, 'text', textOf(content))
  facts.hasMedia = media !== undefined
  put(facts, 'media', media)
  put(facts, 'ack', ackOf(item.status))
  put(facts, 'sentAt', instant(long(item.messageTimestamp)))
  put(facts, 'quotedId', quotedId(item, content))
  const type = facts.fromMe === true ? 'message.created' : 'message.received'
  return finish(type, emitted, facts, keyOf(`message:${facts.id}`), facts.sentAt)
}

/** The level as a word; DELETED is a revocation, votes come without a level. The key's own id stands in `keyId`. */
function updated(emitted: Emitted, item: Fields): DecodedEvent | null {
  const key = { id: item.keyId, remoteJid: item.remoteJid, fromMe: item.fromMe }
  const facts = identity(key)
  if (facts === null) return null
  if (item.status === 'DELETED') return revoked(emitted, key)
  const ack = ackOf(item.status)
  if (ack === undefined) return Array.isArray(item.pollUpdates) ? vote(emitted, { key: {} }, key) : null
  facts.ack = ack
  return finish('message.ack', emitted, facts, keyOf(`ack:${facts.id}:${ack}:${waId(item.participant) ?? ''}`))
}

/** WhatsApp's protocolMessage: `{key, type, editedMessage, timestampMs}`; `key` is the original's. */
function edited(emitted: Emitted, item: Fields): DecodedEvent | null {
  const facts = identity(keyFields(item))
  if (facts === null) return null
  put(facts, 'text', textOf(contentIn(item.editedMessage)))
  const at = instant(long(item.timestampMs))
  return finish('message.edited', emitted, facts, keyOf(`edit:${facts.id}:${at ?? ''}:${digestOf(facts.text ?? '')}`), at)
}

/** One revocation is told by up to three events. */
function revoked(emitted: Emitted, key: Fields): DecodedEvent | null {
  const facts = identity(key)
  return facts === null ? null : finish('message.revoked', emitted, facts, keyOf(`revoked:${facts.id}`))
}

/** The reaction is a message of its own; `key` inside names the one reacted to. An empty `text` takes it back. */
function reaction(emitted: Emitted, item: Fields, inside: Fields): DecodedEvent | null {
  const own = keyFields(item)
  const facts = identity(keyFields(inside))
  // 1.x does not say whose account it is.
  const sender = own.fromMe === true ? (emitted.own ?? 'me') : (waId(own.participant) ?? waId(own.remoteJid))
  if (facts === null || sender === undefined) return null
  const at = instant(long(inside.senderTimestampMs)) ?? instant(long(item.messageTimestamp))
  const emoji = text(inside.text, 50) ?? ''
  facts.reaction = { text: emoji, sender }
  return finish('message.reaction', emitted, facts, keyOf(`reaction:${facts.id}:${sender}:${at ?? ''}:${emoji}`), at)
}

/** Votes are encrypted for whoever made the poll: that there was one is all that is told. */
function vote(emitted: Emitted, item: Fields, poll: Fields): DecodedEvent {
  const carrier = text(keyFields(item).id)
  const key = carrier === undefined ? momentKey(emitted, text(poll.id)) : keyOf(`vote:${text(poll.id) ?? ''}:${carrier}`)
  const decoded = event('poll.vote', emitted.name, key, instant(long(item.messageTimestamp)))
  put(decoded, 'chat', waId(poll.remoteJid) ?? waId(keyFields(item).remoteJid))
  return decoded
}

function identity(key: Fields): MessageFacts | null {
  const id = text(key.id)
  if (id === undefined) return null
  const facts: MessageFacts = { id }
  put(facts, 'chat', waId(key.remoteJid))
  put(facts, 'fromMe', bool(key.fromMe))
  return facts
}

const ACKS = new Map<unknown, Ack>([
  ['ERROR', -1],
  ['PENDING', 0],
  ['SERVER_ACK', 1],
  ['DELIVERY_ACK', 2],
  ['READ', 3],
  ['PLAYED', 4],
])

function ackOf(status: unknown): Ack | undefined {
  return ACKS.get(status)
}

function finish(type: DecodedEvent['type'], emitted: Emitted, facts: MessageFacts, key: string, at?: number): DecodedEvent {
  const decoded = event(type, emitted.name, key, at)
  decoded.message = facts
  return decoded
}
