import type { CallFacts, DecodedEvent } from '../../domain/event'
import { event, keyOf } from '../event'
import { type Fields, instant, put, text, waId } from '../read'

/** `calls[]`: `connect` (with the SDP of a media session) and `terminate`. Null without an id. */
export function callEvent(call: Fields): DecodedEvent | null {
  const id = text(call.id)
  const word = text(call.event, 50)
  if (id === undefined || word === undefined) return null
  const isOwn = call.direction === 'BUSINESS_INITIATED'
  const facts: CallFacts = { id }
  put(facts, 'from', waId(call.from) ?? waId(call.from_user_id))
  facts.fromMe = isOwn
  const decoded = event(`call.${phaseOf(word, isOwn)}`, `calls.${word}`, keyOf(`call:${id}:${word}`), instant(call.timestamp), true)
  decoded.call = facts
  return decoded
}

/** `statuses[]` with `type: "call"`: RINGING, ACCEPTED, REJECTED, of calls that the business makes. */
export function callStatusEvent(status: Fields): DecodedEvent | null {
  const id = text(status.id)
  const word = text(status.status, 50)
  if (id === undefined || word === undefined) return null
  const phase = /^[A-Z_]{1,40}$/.test(word) ? word.toLowerCase() : 'status'
  const decoded = event(`call.${phase}`, `calls.${word}`, keyOf(`call:${id}:${word}`), instant(status.timestamp), true)
  decoded.call = { id, fromMe: true }
  put(decoded, 'chat', waId(status.recipient_id) ?? waId(status.recipient_user_id))
  return decoded
}

function phaseOf(word: string, isOwn: boolean): string {
  if (word === 'terminate') return 'ended'
  if (word === 'connect') return isOwn ? 'accepted' : 'received'
  return 'update'
}
