import type { Ack, DecodedEvent, EventType, MessageFacts } from '../../domain/event'
import { event, keyOf } from '../event'
import { isShared, MAX_TEXT } from '../message'
import { bool, type Fields, instant, isObject, put, text, waId } from '../read'
import type { Told } from './payload'

/** WhatsApp gathers a few dozen in one receipt. */
const MAX_IDS = 1000

/** What a `message*` event says; empty when it is none or names no message. */
export function messageEvents(told: Told, payload: Fields): DecodedEvent[] {
  switch (told.name) {
    case 'message':
      return whole(told, payload)
    case 'message.ack':
      return acks(told, payload)
    case 'message.reaction':
      return reaction(told, payload)
    case 'message.edited':
      return edited(told, payload)
    case 'message.revoked':
      return gone(told, payload, payload.revoked_message_id, isRevokedOwn(payload))
    case 'message.deleted':
      // For oneself only (whatsmeow's DeleteForMe); without a chat where GOWA had not kept the message.
      return gone(told, payload, payload.deleted_message_id, payload.was_from_me)
    default:
      return []
  }
}

function whole(told: Told, payload: Fields): DecodedEvent[] {
  const facts = identity(told, payload, payload.id, payload.is_from_me)
  if (facts === null) return []
  const [kind, content] = contentOf(payload)
  put(facts, 'kind', kind)
  put(facts, 'text', textOf(payload, content))
  facts.hasMedia = MEDIA.has(kind)
  if (facts.hasMedia) put(facts, 'media', mediaOf(content))
  put(facts, 'sentAt', instant(payload.timestamp))
  put(facts, 'quotedId', text(payload.replied_to_id))
  return [finish(facts.fromMe === true ? 'message.created' : 'message.received', told, facts, `message:${facts.id}`, facts.sentAt)]
}

/** The key of a payload that says what kind it is, and WhatsApp Web's word for it; whether a voice was recorded is not told. */
const KINDS: readonly [name: string, kind: string][] = [
  ['image', 'image'],
  ['video', 'video'],
  ['video_note', 'video'],
  ['audio', 'audio'],
  ['document', 'document'],
  ['sticker', 'sticker'],
  ['live_location', 'location'],
  ['location', 'location'],
  ['contacts_array', 'multi_vcard'],
  ['contact', 'vcard'],
]
const MEDIA: ReadonlySet<string> = new Set(['image', 'video', 'audio', 'document', 'sticker'])

function contentOf(payload: Fields): [kind: string, content: unknown] {
  const found = KINDS.find(([name]) => payload[name] !== undefined && payload[name] !== null)
  return found === undefined ? ['chat', undefined] : [found[1], payload[found[0]]]
}

function textOf(payload: Fields, content: unknown): string | undefined {
  const written = text(payload.body, MAX_TEXT)
  if (written !== undefined || !isObject(content)) return written
  return text(content.caption, MAX_TEXT) ?? text(content.name, MAX_TEXT) ?? text(content.displayName, MAX_TEXT)
}

/**
 * One key, three shapes: the path of the downloaded file on GOWA's machine, `{path, caption}`, or without the download
 * `{url, caption?, filename?}` of the file as WhatsApp keeps it, encrypted.
 */
function mediaOf(content: unknown): MessageFacts['media'] {
  const media: NonNullable<MessageFacts['media']> = {}
  const path = text(isObject(content) ? content.path : content, 2000)
  put(media, 'filename', isObject(content) ? (text(content.filename, 255) ?? baseName(path)) : baseName(path))
  if (isObject(content)) put(media, 'url', text(content.url, 2000))
  for (const _ in media) return media
  return undefined
}

function baseName(path: string | undefined): string | undefined {
  return text(path?.slice(path.lastIndexOf('/') + 1), 255)
}

/** whatsmeow's receipt types; `sender` is our other devices', `retry` and `inactive` say nothing of an arrival. */
const ACKS = new Map<unknown, Ack>([
  ['server-error', -1],
  ['delivered', 2],
  ['read', 3],
  ['read-self', 3],
  ['played', 4],
  ['played-self', 4],
])

/** One receipt for several messages. Read by ourselves on another device: the messages are theirs. */
function acks(told: Told, payload: Fields): DecodedEvent[] {
  const { receipt_type: type, ids } = payload
  const ack = ACKS.get(type)
  const from = waId(payload.from)
  const isOwn = from === told.own || type === 'read-self' || type === 'played-self'
  const events: DecodedEvent[] = []
  for (const item of Array.isArray(ids) ? ids.slice(0, MAX_IDS) : []) {
    const id = text(item)
    if (id === undefined) continue
    const facts: MessageFacts = { id }
    put(facts, 'chat', waId(payload.chat_id))
    facts.fromMe = !isOwn
    put(facts, 'ack', ack)
    events.push(finish('message.ack', told, facts, `ack:${id}:${text(type, 50) ?? ''}:${from ?? ''}`, told.at))
  }
  return events
}

/** `id` is the reaction's own; an empty one takes the earlier back. */
function reaction(told: Told, payload: Fields): DecodedEvent[] {
  const id = text(payload.reacted_message_id)
  const sender = waId(payload.from)
  if (id === undefined || sender === undefined) return []
  const facts: MessageFacts = { id }
  put(facts, 'chat', waId(payload.chat_id))
  const emoji = text(payload.reaction, 50) ?? ''
  facts.reaction = { text: emoji, sender }
  const at = instant(payload.timestamp)
  return [finish('message.reaction', told, facts, `reaction:${text(payload.id) ?? `${id}:${sender}:${at ?? ''}:${emoji}`}`, at)]
}

function edited(told: Told, payload: Fields): DecodedEvent[] {
  const facts = identity(told, payload, payload.original_message_id ?? payload.id, payload.is_from_me)
  if (facts === null) return []
  put(facts, 'text', text(payload.body, MAX_TEXT))
  const at = instant(payload.timestamp)
  return [finish('message.edited', told, facts, `edited:${text(payload.id) ?? `${facts.id}:${at ?? ''}`}`, at)]
}

/** The message is called ours or not from where its revoker stands; in a group that may be an administrator. */
function isRevokedOwn(payload: Fields): boolean | undefined {
  const isByAuthor = payload.revoked_from_me === true || !isShared(waId(payload.chat_id))
  return isByAuthor ? bool(payload.is_from_me) : undefined
}

function gone(told: Told, payload: Fields, id: unknown, fromMe: unknown): DecodedEvent[] {
  const bare = text(id)
  if (bare === undefined) return []
  const facts: MessageFacts = { id: bare }
  put(facts, 'chat', waId(payload.chat_id))
  put(facts, 'fromMe', bool(fromMe))
  return [finish('message.revoked', told, facts, `${told.name}:${bare}`, instant(payload.timestamp))]
}

function identity(told: Told, payload: Fields, id: unknown, fromMe: unknown): MessageFacts | null {
  const bare = text(id)
  if (bare === undefined) return null
  const facts: MessageFacts = { id: bare }
  const chat = waId(payload.chat_id)
  const sender = waId(payload.from)
  put(facts, 'chat', chat)
  put(facts, 'fromMe', bool(fromMe))
  const theirs = isShared(chat) ? chat : facts.fromMe === true ? chat : sender
  put(facts, 'from', facts.fromMe === true ? sender : theirs)
  put(facts, 'to', facts.fromMe === true ? theirs : told.own)
  if (isShared(chat)) put(facts, 'author', sender)
  return facts
}

function finish(type: EventType, told: Told, facts: MessageFacts, key: string, at?: number): DecodedEvent {
  const decoded = event(type, told.name, keyOf(key), at)
  decoded.message = facts
  return decoded
}
