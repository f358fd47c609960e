import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type EventType, MESSAGE_EVENT_TYPES, OPEN_FAMILIES, SESSION_EVENT_TYPES } from '../../domain/event'

/**
 * Our own envelope, for senders that anyone writes: `{"type","timestamp","data":{"sessionId",…}}`, as Standard Webhooks
 * recommends it. Only `type` is essential.
 */
export const envelope = Compile(
  Type.Object(
    {
      type: Type.String({ minLength: 1 }),
      timestamp: Type.Optional(Type.Unknown()),
      id: Type.Optional(Type.Unknown()),
      data: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/**
 * The event type that a sender's word names, else `other`. What only we may say is not taken from a sender: `session.stale` is
 * the sweep's judgement, `operator.*` are the deeds of people here.
 */
export function eventType(word: string): EventType {
  const known = KNOWN.get(word)
  if (known !== undefined) return known
  const dot = word.indexOf('.')
  const family = OPEN_FAMILIES.find((name) => name === word.slice(0, Math.max(dot, 0)))
  if (family === undefined || family === 'operator') return 'other'
  const rest = word.slice(dot + 1)
  return SECOND_WORD.test(rest) ? `${family}.${rest}` : 'other'
}

/** Whether the word is one that this envelope documents. */
export function isDocumented(word: string): boolean {
  return word === 'session.status' || eventType(word) !== 'other'
}

const KNOWN = new Map<string, EventType>(
  [...SESSION_EVENT_TYPES.filter((type) => type !== 'session.stale'), ...MESSAGE_EVENT_TYPES].map((type) => [type, type]),
)

const SECOND_WORD = /^[a-z][a-z0-9_]{0,59}$/
