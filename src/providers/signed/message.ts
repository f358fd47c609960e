import type { CallFacts, MessageFacts } from '../../domain/event'
import { fileSize } from '../attachment'
import { identityOf, MAX_TEXT } from '../message'
import { ack, bool, type Fields, fields, instant, isObject, messageId, put, text, waId } from '../read'

/** What `data` of a `message.*` event says; null without an id. */
export function messageFacts(data: Fields): MessageFacts | null {
  const facts = identityOf(data, data.id, { chat: data.chat, author: data.author })
  if (facts === null) return null
  put(facts, 'kind', text(data.kind, 50))
  put(facts, 'text', text(data.text, MAX_TEXT))
  put(facts, 'hasMedia', bool(data.hasMedia))
  put(facts, 'media', mediaOf(data.media))
  put(facts, 'ack', ack(data.ack))
  put(facts, 'sentAt', instant(data.sentAt))
  put(facts, 'quotedId', messageId(data.quotedId)?.id)
  put(facts, 'reaction', reactionOf(data.reaction))
  return facts
}

/** What `data` of a `call.*` event says; undefined without an id. */
export function callFacts(data: Fields): CallFacts | undefined {
  const id = text(data.id)
  if (id === undefined) return undefined
  const facts: CallFacts = { id }
  put(facts, 'from', waId(data.from))
  put(facts, 'fromMe', bool(data.fromMe))
  put(facts, 'video', bool(data.video))
  put(facts, 'group', bool(data.group))
  return facts
}

function mediaOf(value: unknown): MessageFacts['media'] {
  if (!isObject(value)) return undefined
  const media: NonNullable<MessageFacts['media']> = {}
  put(media, 'mimetype', text(value.mimetype, 100))
  put(media, 'filename', text(value.filename, 255))
  put(media, 'bytes', fileSize(value.bytes))
  put(media, 'sha256', text(value.sha256, 64))
  put(media, 'url', text(value.url, 2000))
  put(media, 'error', text(value.error, 500))
  return media
}

function reactionOf(value: unknown): MessageFacts['reaction'] {
  const reaction = fields(value)
  const sender = waId(reaction.sender)
  return sender === undefined ? undefined : { text: text(reaction.text, 50) ?? '', sender }
}
