import type { MessageFacts } from '../domain/event'
import { fileSize } from './attachment'
import { identityOf, MAX_TEXT } from './message'
import { ack, bool, type Fields, fields, instant, isObject, messageId, number, put, text, waId } from './read'

/** What open-wa's message model says (src/api/model/message.ts; version 5 passes on the same one). Null without an id. */
export function messageFacts(message: Fields): MessageFacts | null {
  const chat = waId(message.chatId) ?? waId(fields(message.chat).id)
  // Outside of groups `author` repeats the sender.
  const author = bool(message.isGroupMsg) === true ? (waId(message.author) ?? waId(fields(message.sender).id)) : undefined
  const facts = identityOf(message, message.id, { chat, author })
  if (facts === null) return null
  const kind = text(message.type, 50)
  const hasMedia = bool(message.isMedia) === true || bool(message.isMMS) === true
  put(facts, 'kind', kind)
  put(facts, 'text', textOf(message, kind, hasMedia))
  put(facts, 'hasMedia', hasMedia || bool(message.isMedia))
  if (hasMedia) put(facts, 'media', mediaOf(message))
  put(facts, 'ack', ack(message.ack))
  put(facts, 'sentAt', instant(message.timestamp) ?? instant(message.t))
  put(facts, 'quotedId', messageId(fields(message.quotedMsgObj).id ?? message.quotedStanzaID)?.id)
  return facts
}

/** `body` is the thumbnail of an attachment, and of a location its map. */
function textOf(message: Fields, kind: string | undefined, hasMedia: boolean): string | undefined {
  if (kind === 'location') return text(message.loc, MAX_TEXT)
  if (hasMedia) return text(message.caption, MAX_TEXT)
  return text(message.body, MAX_TEXT) ?? text(message.caption, MAX_TEXT)
}

function mediaOf(message: Fields): NonNullable<MessageFacts['media']> {
  const media: NonNullable<MessageFacts['media']> = {}
  put(media, 'mimetype', text(message.mimetype, 100))
  put(media, 'filename', text(message.filename, 255))
  put(media, 'bytes', fileSize(message.size))
  put(media, 'url', text(message.cloudUrl, 2000))
  return media
}

/** The last of the reactions that a message carries: who and what. Older versions list no senders. */
export function reactionOf(value: unknown): NonNullable<MessageFacts['reaction']> & { at: number | undefined } {
  const senders = (Array.isArray(value) ? value : []).flatMap((each) => {
    const inside = fields(each).senders
    return Array.isArray(inside) ? inside.filter(isObject) : []
  })
  const last = senders.toSorted((a, b) => (number(a.timestamp) ?? 0) - (number(b.timestamp) ?? 0)).at(-1)
  const first = Array.isArray(value) ? fields(value[0]) : fields(null)
  return {
    text: text(last?.reactionText, 50) ?? text(first.aggregateEmoji, 50) ?? '',
    sender: waId(last?.senderUserJid) ?? UNKNOWN_SENDER,
    at: instant(last?.timestamp),
  }
}

/** A reaction whose author is not told. */
export const UNKNOWN_SENDER = 'unknown'
