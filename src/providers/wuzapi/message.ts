import type { Ack, DecodedEvent, EventType, MessageFacts } from '../../domain/event'
import { contentOf, fileHash, fileSize } from '../attachment'
import { event, keyOf } from '../event'
import { isShared } from '../message'
import { bool, type Fields, fields, instant, isObject, put, text } from '../read'
import { contentIn, fileIn, kindOf, textOf } from '../whatsapp-message'
import { jid, type Posted } from './payload'

/** More than WhatsApp gathers in one receipt. */
const MAX_IDS = 1000

/** What an event says about messages; empty when it says nothing of them or names none. */
export function messageEvents(posted: Posted): DecodedEvent[] {
  const inside = fields(posted.all.event)
  switch (posted.type) {
    case 'Message':
    case 'FBMessage':
      return only(carried(posted, inside))
    case 'UndecryptableMessage':
      return only(undecryptable(posted, inside))
    case 'ReadReceipt':
      return receipts(posted, inside)
    case 'MediaRetry':
      return only(mediaRetry(posted, inside))
    default:
      return []
  }
}

/** Text, media, reactions, edits and revocations all come as `Message`: the content says which. */
function carried(posted: Posted, inside: Fields): DecodedEvent | null {
  const info = fields(inside.Info)
  const content = contentIn(inside.Message)
  if (isObject(content.reactionMessage)) return reaction(posted, info, content.reactionMessage)
  if (isObject(content.pollUpdateMessage)) return vote(posted, info, content.pollUpdateMessage)
  if (isObject(content.protocolMessage)) return protocol(posted, info, content.protocolMessage)
  // The keys of a group's sender, and what other devices of the same person tell one another, are no messages.
  const names = Object.keys(content).filter((name) => name !== 'messageContextInfo')
  if (names.length === 1 && names[0] === 'senderKeyDistributionMessage') return event('other', posted.type, null, instant(info.Timestamp))
  return whole(posted, info, content)
}

function whole(posted: Posted, info: Fields, content: Fields): DecodedEvent | null {
  const facts = identity(info)
  if (facts === null) return null
  const media = mediaOf(posted.all, content)
  put(facts, 'kind', kindOf(undefined, content) ?? text(info.MediaType, 50) ?? text(info.Type, 50))
  put(facts, 'text', textOf(content))
  facts.hasMedia = media !== undefined
  put(facts, 'media', media)
  put(facts, 'sentAt', instant(info.Timestamp))
  put(facts, 'quotedId', quotedId(content))
  return finish(facts.fromMe === true ? 'message.created' : 'message.received', posted, facts, `message:${facts.id}`, facts.sentAt)
}

/**
 * `base64` beside the event (media_delivery=base64, the default), `s3` with `s3` and `both`; with neither it is on WhatsApp's servers
 * only, encrypted, and that address is of no use to anybody.
 */
function mediaOf(all: Fields, content: Fields): MessageFacts['media'] {
  const found = fileIn(content)
  if (found === undefined) return undefined
  const s3 = fields(all.s3)
  const attachment = contentOf(all.base64)
  const media: NonNullable<MessageFacts['media']> = {}
  put(media, 'mimetype', text(found.mimetype, 100) ?? text(all.mimeType, 100) ?? text(s3.mimeType, 100))
  put(media, 'filename', text(found.fileName, 255) ?? text(all.fileName, 255) ?? text(s3.fileName, 255))
  put(media, 'bytes', attachment?.bytes ?? fileSize(s3.size) ?? fileSize(found.fileLength))
  put(media, 'sha256', attachment?.sha256 ?? fileHash(found.fileSHA256))
  put(media, 'url', text(s3.url, 2000))
  return media
}

function quotedId(content: Fields): string | undefined {
  for (const name in content) {
    const found = text(fields(fields(content[name]).contextInfo).stanzaID)
    if (found !== undefined) return found
  }
  return undefined
}

/** The reaction is a message of its own. `fromMe` in its key is told from where whoever reacted stands: it is left alone. */
function reaction(posted: Posted, info: Fields, inside: Fields): DecodedEvent | null {
  const id = text(fields(inside.key).ID)
  const sender = jid(info.Sender)
  if (id === undefined || sender === undefined) return null
  const facts: MessageFacts = { id }
  put(facts, 'chat', jid(info.Chat))
  const emoji = text(inside.text, 50) ?? ''
  const at = instant(inside.senderTimestampMS) ?? instant(info.Timestamp)
  facts.reaction = { text: emoji, sender }
  return finish('message.reaction', posted, facts, `reaction:${text(info.ID) ?? `${id}:${sender}:${at ?? ''}:${emoji}`}`, at)
}

/** wuzapi decrypts votes (`pollVote`); whose they are is in `Info`. */
function vote(posted: Posted, info: Fields, inside: Fields): DecodedEvent | null {
  const id = text(info.ID)
  if (id === undefined) return null
  const decoded = event('poll.vote', posted.type, keyOf(`vote:${text(fields(inside.pollCreationMessageKey).ID) ?? ''}:${id}`), instant(info.Timestamp))
  put(decoded, 'chat', jid(info.Chat))
  return decoded
}

/** waE2E.ProtocolMessage: 0 revokes, 14 edits the message of its key. The others concern the devices, not the people. */
function protocol(posted: Posted, info: Fields, inside: Fields): DecodedEvent | null {
  const key = fields(inside.key)
  const at = instant(info.Timestamp)
  const [isRevocation, isEdit] = [inside.type === 0 || inside.type === 'REVOKE', inside.type === 14 || inside.type === 'MESSAGE_EDIT']
  const id = text(key.ID)
  if (id === undefined || !(isRevocation || isEdit)) return event('other', posted.type, null, at)
  const facts: MessageFacts = { id }
  put(facts, 'chat', jid(info.Chat))
  // Whose it is, is told from where its author stands; an administrator may revoke what somebody else wrote in a group.
  if (isEdit || key.fromMe === true || !isShared(facts.chat)) put(facts, 'fromMe', bool(info.IsFromMe))
  if (isRevocation) return finish('message.revoked', posted, facts, `revoked:${id}`, at)
  put(facts, 'text', textOf(contentIn(inside.editedMessage)))
  return finish('message.edited', posted, facts, `edited:${text(info.ID) ?? ''}:${id}:${text(inside.timestampMS) ?? ''}`, at)
}

/** The same id comes again as `Message` once the sender has encrypted it anew. */
function undecryptable(posted: Posted, inside: Fields): DecodedEvent | null {
  const info = fields(inside.Info)
  const facts = identity(info)
  if (facts === null) return null
  facts.kind = 'ciphertext'
  put(facts, 'sentAt', instant(info.Timestamp))
  return finish('message.created', posted, facts, `undecryptable:${facts.id}`, facts.sentAt)
}

const ACKS = new Map<unknown, Ack>([
  ['Delivered', 2],
  ['Read', 3],
  ['ReadSelf', 3],
])

/**
 * One receipt for several messages; each device of a person sends its own, and they count once. What we read ourselves on another
 * device are messages of theirs.
 */
function receipts(posted: Posted, inside: Fields): DecodedEvent[] {
  const { state } = posted.all
  const sender = jid(inside.Sender)
  const events: DecodedEvent[] = []
  for (const item of Array.isArray(inside.MessageIDs) ? inside.MessageIDs.slice(0, MAX_IDS) : []) {
    const id = text(item)
    if (id === undefined) continue
    const facts: MessageFacts = { id }
    put(facts, 'chat', jid(inside.Chat))
    facts.fromMe = state !== 'ReadSelf' && inside.IsFromMe !== true
    put(facts, 'ack', ACKS.get(state))
    events.push(finish('message.ack', posted, facts, `ack:${id}:${text(state, 50) ?? ''}:${sender ?? ''}`, instant(inside.Timestamp)))
  }
  return events
}

/** A phone has uploaded anew, or refused to, what WhatsApp's servers no longer had. */
function mediaRetry(posted: Posted, inside: Fields): DecodedEvent | null {
  const id = text(inside.MessageID)
  if (id === undefined) return null
  const facts: MessageFacts = { id, hasMedia: true }
  put(facts, 'chat', jid(inside.ChatID))
  put(facts, 'fromMe', bool(inside.FromMe))
  const code = text(fields(inside.Error).Code, 50)
  if (code !== undefined) facts.media = { error: `not uploaded again (${code})` }
  const at = instant(inside.Timestamp)
  return finish('message.media', posted, facts, `retry:${id}:${at ?? ''}`, at)
}

function identity(info: Fields): MessageFacts | null {
  const id = text(info.ID)
  if (id === undefined) return null
  const facts: MessageFacts = { id }
  const chat = jid(info.Chat)
  const sender = jid(info.Sender)
  put(facts, 'chat', chat)
  put(facts, 'fromMe', bool(info.IsFromMe))
  put(facts, 'from', facts.fromMe === true || !isShared(chat) ? sender : chat)
  if (facts.fromMe === true) put(facts, 'to', chat)
  if (isShared(chat)) put(facts, 'author', sender)
  return facts
}

function finish(type: EventType, posted: Posted, facts: MessageFacts, key: string, at?: number): DecodedEvent {
  const decoded = event(type, posted.type, keyOf(key), at)
  decoded.message = facts
  return decoded
}

function only(decoded: DecodedEvent | null): DecodedEvent[] {
  return decoded === null ? [] : [decoded]
}
