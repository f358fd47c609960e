import type { Instant } from '../domain/event'

/** Stamps deliveries on arrival: an instant that never stands still and a UUIDv7 of the same millisecond. */
export interface Arrival {
  at: Instant
  id: string
}

/**
 * Instants are whole microseconds and strictly increasing within the process, also when the clock is set back: senders
 * without times of their own are ordered by them.
 */
export function createArrivals(now: () => Instant): () => Arrival {
  let last = 0
  return () => {
    last = Math.max(last + 1, Math.round(now() * 1000))
    const at = last / 1000
    return { at, id: Bun.randomUUIDv7('hex', Math.floor(at)) }
  }
}

/** The system clock. Stands here and nowhere else. */
export function systemNow(): Instant {
  return Date.now()
}
