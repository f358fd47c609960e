import type { Ack, DecodedEvent, EventType, MessageFacts } from '../../domain/event'
import { digestOf, event, keyOf } from '../event'
import { type Fields, fields, instant, put, text, waId } from '../read'
import { contentOf } from './content'
import type { Change } from './payload'

/** `messages[]`: what customers sent, and what they did to messages. Adopters of usernames may have no number, only a user id. */
export function messageEvent(change: Change, message: Fields): DecodedEvent | null {
  const id = text(message.id)
  if (id === undefined) return null
  const at = instant(message.timestamp)
  const sender = waId(message.from) ?? waId(message.from_user_id)
  switch (message.type) {
    case 'reaction':
      return reactionEvent(fields(message.reaction), id, sender, at)
    case 'edit':
      return editEvent(fields(message.edit), id, sender, at)
    case 'revoke': {
      const original = text(fields(message.revoke).original_message_id)
      return original === undefined ? null : told('message.revoked', 'messages.revoke', keyOf(`revoke:${id}`), at, about(original, sender))
    }
    case 'system': {
      const decoded = event('contact.changed', 'messages.system', keyOf(`system:${id}`), at, true)
      put(decoded, 'chat', waId(fields(message.system).wa_id) ?? sender)
      return decoded
    }
    default: {
      const facts = wholeFacts(id, message, at)
      put(facts, 'chat', waId(message.group_id) ?? sender)
      put(facts, 'from', sender)
      put(facts, 'to', waId(fields(change.value.metadata).display_phone_number))
      if (message.group_id !== undefined) put(facts, 'author', sender)
      facts.fromMe = false
      return told('message.received', `messages.${facts.kind ?? 'unknown'}`, keyOf(`message:${id}`), at, facts)
    }
  }
}

/** `message_echoes[]`: sent with the WhatsApp Business app on the phone. */
export function echoEvent(field: string, message: Fields): DecodedEvent | null {
  const id = text(message.id)
  if (id === undefined) return null
  const at = instant(message.timestamp)
  const facts = wholeFacts(id, message, at)
  const to = waId(message.to) ?? waId(message.to_user_id)
  put(facts, 'chat', to)
  put(facts, 'from', waId(message.from))
  put(facts, 'to', to)
  facts.fromMe = true
  return told('message.created', field, keyOf(`message:${id}`), at, facts)
}

/**
 * `statuses[]` of messages: each at most once per recipient, in any order, and `delivered` may be skipped: the projection lets an
 * acknowledgement only rise. Statuses of calls and payments are something else.
 */
export function statusEvent(status: Fields): DecodedEvent | null {
  const id = text(status.id)
  const word = text(status.status, 50)
  if (id === undefined || word === undefined) return null
  const at = instant(status.timestamp)
  const group = status.recipient_type === 'group'
  const participant = group ? (text(status.recipient_participant_id) ?? text(status.recipient_participant_user_id)) : undefined
  const key = keyOf(`status:${id}:${word}${participant === undefined ? '' : `:${participant}`}`)
  const facts: MessageFacts = { id }
  put(facts, 'chat', waId(status.recipient_id) ?? waId(status.recipient_user_id))
  facts.fromMe = true
  // Statuses of payments say `failed` too.
  const level = status.type === undefined || status.type === 'message' ? ACKS.get(word) : undefined
  if (level === undefined) {
    if (word === 'deleted') return told('message.revoked', 'statuses.deleted', key, at, facts)
    return event('other', `statuses.${word}`, key, at, true)
  }
  facts.ack = level
  put(facts, 'text', word === 'failed' ? failureOf(status.errors) : undefined)
  return told('message.ack', `statuses.${word}`, key, at, facts)
}

const ACKS = new Map<string, Ack>([
  ['failed', -1],
  ['sent', 1],
  ['delivered', 2],
  ['read', 3],
  ['played', 4],
])

/** `131026 Message undeliverable: details`, of the first error of a list. */
export function failureOf(errors: unknown): string | undefined {
  const [first] = Array.isArray(errors) ? errors : []
  const error = fields(first)
  const title = (text(error.title, 200) ?? text(error.message, 200))?.replace(/\.$/, '')
  const details = text(fields(error.error_data).details, 500)
  const words = [text(error.code, 20), title].filter((part) => part !== undefined).join(' ')
  if (details === undefined || title?.toLowerCase() === details.replace(/\.$/, '').toLowerCase()) return words || undefined
  return words === '' ? details : `${words}: ${details}`
}

function reactionEvent(reaction: Fields, id: string, sender: string | undefined, at: number | undefined): DecodedEvent | null {
  const target = text(reaction.message_id)
  if (target === undefined || sender === undefined) return null
  // Without an emoji it is taken back.
  const facts: MessageFacts = { id: target, chat: sender, reaction: { text: text(reaction.emoji, 50) ?? '', sender } }
  return told('message.reaction', 'messages.reaction', keyOf(`reaction:${id}`), at, facts)
}

function editEvent(edit: Fields, id: string, sender: string | undefined, at: number | undefined): DecodedEvent | null {
  const original = text(edit.original_message_id)
  if (original === undefined) return null
  const facts = about(original, sender)
  put(facts, 'text', contentOf(fields(edit.message)).text)
  return told('message.edited', 'messages.edit', keyOf(`edit:${id}:${digestOf(facts.text ?? '')}`), at, facts)
}

/** What is done to a message names the original; the carrier's own id only tells two such deeds apart. */
function about(original: string, sender: string | undefined): MessageFacts {
  const facts: MessageFacts = { id: original }
  put(facts, 'chat', sender)
  put(facts, 'from', sender)
  return facts
}

function wholeFacts(id: string, message: Fields, at: number | undefined): MessageFacts {
  const facts: MessageFacts = { id }
  const { kind, text: words, media } = contentOf(message)
  put(facts, 'kind', kind)
  put(facts, 'text', words ?? failureOf(message.errors))
  if (media !== undefined) {
    facts.hasMedia = true
    facts.media = media
  }
  put(facts, 'sentAt', at)
  put(facts, 'quotedId', text(fields(message.context).id))
  return facts
}

/** Signed, but whole seconds: precise enough to put what is repeated for up to seven days where it belongs. */
function told(type: EventType, providerType: string, key: string, at: number | undefined, facts: MessageFacts): DecodedEvent {
  const decoded = event(type, providerType, key, at, true)
  decoded.message = facts
  return decoded
}
