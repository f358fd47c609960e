import type { DecodedEvent, EventType, Instant, SessionFacts } from '../domain/event'
import { storable, text } from './read'

/** An event with nothing in it yet. `providerType` is the sender's word: made storable, cut at 100 characters, `unknown` when empty. */
export function event(type: EventType, providerType: string, key: string | null, occurredAt?: Instant, ordered = false): DecodedEvent {
  return { type, providerType: text(providerType, 100) ?? 'unknown', key, occurredAt: occurredAt ?? null, ordered: ordered && occurredAt !== undefined }
}

/** The event with what it says of its session; without, when that is nothing. */
export function withSession(decoded: DecodedEvent, facts: SessionFacts): DecodedEvent {
  if (Object.keys(facts).length > 0) decoded.session = facts
  return decoded
}

/**
 * An idempotency key. One that would not fit its column or that Postgres could not hold is replaced by its hash, not cut:
 * two happenings must never share a key.
 */
export function keyOf(key: string): string {
  if (key.length <= MAX_KEY && storable(key) === key) return key
  return `sha256:${new Bun.CryptoHasher('sha256').update(key).digest('hex')}`
}

/** Sixteen hexadecimal digits that stand for a text in a key. */
export function digestOf(text: string): string {
  return new Bun.CryptoHasher('sha256').update(text).digest('hex').slice(0, 16)
}

const MAX_KEY = 500
