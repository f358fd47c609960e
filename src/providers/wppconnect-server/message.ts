import type { Ack, DecodedEvent, MessageFacts } from '../../domain/event'
import { contentOf, fileHash, fileSize } from '../attachment'
import { event, keyOf } from '../event'
import { identityOf, MAX_TEXT } from '../message'
import { bool, type Fields, fields, instant, messageId, number, put, text, waId } from '../read'

/** An event about one message, or null when it is none or names no message. */
export function messageEvent(name: string, body: Fields): DecodedEvent | null {
  switch (name) {
    case 'onmessage':
    case 'onselfmessage':
    case 'unreadmessages':
      return whole(name, body)
    case 'onack':
      return acknowledged(name, body)
    case 'onrevokedmessage':
      return revoked(name, body)
    case 'onreactionmessage':
      return reaction(name, body)
    default:
      return null
  }
}

/** The key is the message: what was unread at the start was told by `onmessage` before, and a note to oneself comes by both. */
function whole(name: string, body: Fields): DecodedEvent | null {
  const facts = identity(body)
  if (facts === null) return null
  const kind = text(body.type, 50)
  const hasMedia = bool(body.isMedia) === true || bool(body.isMMS) === true || typeof body.mimetype === 'string'
  put(facts, 'kind', kind)
  put(facts, 'text', textOf(body, kind, hasMedia))
  facts.hasMedia = hasMedia
  if (hasMedia) facts.media = mediaOf(body)
  put(facts, 'ack', ackOf(body.ack))
  put(facts, 'sentAt', instant(body.t) ?? instant(body.timestamp))
  put(facts, 'quotedId', messageId(body.quotedMsgId ?? fields(body.quotedMsgObj).id)?.id)
  return finish(facts.fromMe === true ? 'message.created' : 'message.received', name, facts, `message:${facts.id}`, facts.sentAt)
}

/** `t` is when the message was sent, not when it was acknowledged. */
function acknowledged(name: string, body: Fields): DecodedEvent | null {
  const facts = identity(body)
  if (facts === null) return null
  put(facts, 'ack', ackOf(body.ack))
  return finish('message.ack', name, facts, `ack:${facts.id}:${number(body.ack) ?? ''}`)
}

/** `id` is the revocation's own message, `refId` the one that is gone. */
function revoked(name: string, body: Fields): DecodedEvent | null {
  const facts = identity(body, body.refId ?? body.id)
  return facts === null ? null : finish('message.revoked', name, facts, `revoked:${facts.id}`)
}

/** `id` is the reaction's own message; who reacted stands only in there, and one's own number nowhere. `''` takes it back. */
function reaction(name: string, body: Fields): DecodedEvent | null {
  const about = messageId(body.msgId)
  const own = fields(body.id)
  const sender = bool(own.fromMe) === true ? 'me' : (waId(own.participant) ?? waId(own.remote) ?? messageId(body.id)?.chat)
  if (about === undefined || sender === undefined) return null
  const at = instant(body.timestamp)
  const emoji = text(body.reactionText, 50) ?? ''
  return finish('message.reaction', name, { ...about, reaction: { text: emoji, sender } }, `reaction:${about.id}:${sender}:${at ?? ''}:${emoji}`, at)
}

/** `id` is text in onmessage, an object in onack. */
function identity(body: Fields, id: unknown = body.id): MessageFacts | null {
  return identityOf(body, id, { chat: body.chatId, author: body.author })
}

/** With `webhook.autoDownload` the body of a media message is the whole file, else its thumbnail; of a location it is the map. */
function textOf(body: Fields, kind: string | undefined, hasMedia: boolean): string | undefined {
  if (kind === 'location') return text(body.loc, MAX_TEXT)
  if (hasMedia) return text(body.caption, MAX_TEXT)
  return text(body.body, MAX_TEXT) ?? text(body.caption, MAX_TEXT)
}

/** WhatsApp's own size and hash go first: the body may be the thumbnail. `fileUrl` comes where WPPConnect stores in S3. */
function mediaOf(body: Fields): NonNullable<MessageFacts['media']> {
  const media: NonNullable<MessageFacts['media']> = {}
  put(media, 'mimetype', text(body.mimetype, 100))
  put(media, 'filename', text(body.filename, 255))
  const size = fileSize(body.size)
  const hash = fileHash(body.filehash)
  const content = size === undefined || hash === undefined ? contentOf(body.body) : undefined
  put(media, 'bytes', size ?? content?.bytes)
  put(media, 'sha256', hash ?? content?.sha256)
  put(media, 'url', text(body.fileUrl, 2000))
  return media
}

/**
 * -7 to 5: everything below 0 is a way to fail (FAILED, EXPIRED, CONTENT_GONE … MD_DOWNGRADE); 5 (PEER) says that another device of
 * one's own has it, so that the server has.
 */
function ackOf(value: unknown): Ack | undefined {
  const level = number(value)
  if (level === undefined || !Number.isInteger(level) || level < -7 || level > 5) return undefined
  if (level < 0) return -1
  return level === 5 ? 1 : (level as Ack)
}

function finish(type: DecodedEvent['type'], name: string, facts: MessageFacts, key: string, at?: number): DecodedEvent {
  const decoded = event(type, name, keyOf(key), at)
  decoded.message = facts
  return decoded
}
