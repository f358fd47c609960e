import type { EventType, Instant } from './event'
import { isFromSender } from './fold'
import type { SessionTally } from './session'

const MINUTE_MS = 60_000
const MINUTES = 60

/**
 * Adds one event to the tally. Sums and maxima only, so that any order of the same events gives the same tally.
 * @param receivedAt when it arrived: the tally speaks of what we heard, not of what senders claim.
 */
export function tallied(tally: SessionTally, type: EventType, receivedAt: Instant, fromMe: boolean): SessionTally {
  const next: SessionTally = { ...tally, events: tally.events + 1 }
  if (type === 'message.received') next.messagesReceived++
  else if (type === 'message.created' && fromMe) next.messagesSent++
  else if (type.startsWith('call.')) next.calls++
  if (!isFromSender(type)) return next
  next.lastEventAt = Math.max(tally.lastEventAt ?? 0, receivedAt)
  next.lastOf = { ...tally.lastOf, [type]: Math.max(tally.lastOf[type] ?? 0, receivedAt) }
  next.minutes = countMinute(tally.minutes, Math.floor(receivedAt / MINUTE_MS))
  return next
}

/** The last 60 minutes up to `now`, oldest first. */
export function activityOf(tally: SessionTally, now: Instant): number[] {
  const first = Math.floor(now / MINUTE_MS) - MINUTES + 1
  return Array.from({ length: MINUTES }, (_, i) => tally.minutes.counts[first + i - tally.minutes.from] ?? 0)
}

function countMinute(minutes: SessionTally['minutes'], minute: number): SessionTally['minutes'] {
  const last = minutes.from + minutes.counts.length - 1
  if (minutes.counts.length === 0) return { from: minute, counts: [1] }
  if (minute <= last - MINUTES) return minutes
  let { from } = minutes
  let counts = minutes.counts.slice()
  if (minute < from) {
    counts = [...new Array<number>(from - minute).fill(0), ...counts]
    from = minute
  }
  for (let length = counts.length; length <= minute - from && length < MINUTES * 2; length++) counts.push(0)
  if (minute - from >= counts.length) return { from: minute, counts: [1] }
  counts[minute - from] = (counts[minute - from] as number) + 1
  const surplus = counts.length - MINUTES
  return surplus > 0 ? { from: from + surplus, counts: counts.slice(surplus) } : { from, counts }
}
