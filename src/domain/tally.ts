import type { EventType, Instant } from './event'
import { isFromSender } from './fold'
import type { SessionTally } from './session'
import { MINUTE_MS } from './time'

const MINUTES = 60
const LAST_OF_STEP_MS = 5_000

/**
 * Adds one event to the tally. Sums and maxima only, so that any order of the same events gives the same tally.
 * @param receivedAt when it arrived: that is when we last heard.
 * @param at where it stands in the session's order: that is the minute in which it happened.
 */
export function tallied(tally: SessionTally, type: EventType, receivedAt: Instant, fromMe: boolean, at: Instant): SessionTally {
  const next: SessionTally = { ...tally, events: tally.events + 1 }
  if (type === 'message.received') next.messagesReceived++
  else if (type === 'message.created' && fromMe) next.messagesSent++
  else if (type.startsWith('call.')) next.calls++
  if (!isFromSender(type)) return next
  next.lastEventAt = Math.max(tally.lastEventAt ?? 0, receivedAt)
  const step = Math.floor(receivedAt / LAST_OF_STEP_MS) * LAST_OF_STEP_MS
  if ((tally.lastOf[type] ?? 0) < step) next.lastOf = { ...tally.lastOf, [type]: step }
  countMinute(next, Math.floor(at / MINUTE_MS))
  return next
}

/** The last 60 minutes up to `now`, oldest first. */
export function activityOf(tally: SessionTally, now: Instant): number[] {
  const { past, minute, count } = tally
  const first = Math.floor(now / MINUTE_MS) - MINUTES + 1
  return Array.from({ length: MINUTES }, (_, i) => (first + i === minute ? count : (past.counts[first + i - past.from] ?? 0)))
}

/** Changes `tally`, which is the caller's own; its `past` is replaced, never changed. */
function countMinute(tally: SessionTally, minute: number): void {
  if (minute === tally.minute) tally.count++
  else if (minute > tally.minute) {
    tally.past = tally.count === 0 ? { from: minute, counts: [] } : pastBefore(minute, addAt(tally.past, tally.minute, tally.count))
    tally.minute = minute
    tally.count = 1
  } else if (minute > tally.minute - MINUTES) tally.past = addAt(tally.past, minute, 1)
}

/** The minutes that still count once `minute` is the current one, without zeros in front. */
function pastBefore(minute: number, past: SessionTally['past']): SessionTally['past'] {
  const oldest = minute - MINUTES + 1
  const skip = Math.max(0, oldest - past.from)
  return normal({ from: past.from + skip, counts: past.counts.slice(skip) }, minute)
}

function addAt(past: SessionTally['past'], minute: number, count: number): SessionTally['past'] {
  if (past.counts.length === 0) return { from: minute, counts: [count] }
  const from = Math.min(past.from, minute)
  const counts = [...new Array<number>(past.from - from).fill(0), ...past.counts]
  while (counts.length <= minute - from) counts.push(0)
  counts[minute - from] = (counts[minute - from] as number) + count
  return { from, counts }
}

/** One shape for equal content, whatever the order in which it came about. */
function normal(past: SessionTally['past'], minute: number): SessionTally['past'] {
  let start = 0
  while (start < past.counts.length && past.counts[start] === 0) start++
  const counts = past.counts.slice(start)
  return counts.length === 0 ? { from: minute, counts } : { from: past.from + start, counts }
}
