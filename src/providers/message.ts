import type { MessageFacts } from '../domain/event'
import { bool, type Fields, messageId, put, waId } from './read'

/** What the providers' readers of messages have in common. */

/** Most UTF-16 units of MessageFacts.text: an excerpt, the whole stays in the delivery's body. */
export const MAX_TEXT = 1000

/**
 * Which message, whose, to whom, as every service above WhatsApp Web's model tells it. Null without an id: nothing can be told about it.
 * @param id as messageId reads it: it may know the chat and `fromMe` too.
 */
export function identityOf(message: Fields, id: unknown, { chat, author }: { chat?: unknown; author: unknown }): MessageFacts | null {
  const found = messageId(id)
  if (found === undefined) return null
  const facts: MessageFacts = { id: found.id }
  put(facts, 'chat', waId(chat) ?? found.chat)
  put(facts, 'from', waId(message.from))
  put(facts, 'to', waId(message.to))
  put(facts, 'author', waId(author))
  put(facts, 'fromMe', bool(message.fromMe) ?? found.fromMe)
  return facts
}

/** Whether several people read and write there: a group, a broadcast list, a channel. */
export function isShared(chat: string | undefined): boolean {
  return chat !== undefined && /@(?:g\.us|broadcast|newsletter)$/.test(chat)
}
