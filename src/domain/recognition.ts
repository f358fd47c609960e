import type { Instant } from './event'

/** Deliveries of one provider that a source of the provider `auto` got. */
export interface Sighting {
  /** A provider's id, or `unknown`. */
  provider: string
  times: number
  firstAt: Instant
  lastAt: Instant
}

export const UNKNOWN_PROVIDER = 'unknown'

/** Fewer might be a try of somebody's. */
const ENOUGH = 3

/**
 * The provider that a source turns out to have: all its authentic deliveries were of this one. Null while there are too few, or
 * when several kinds of senders post to it, which only recognition can keep apart.
 */
export function proposalOf(sightings: readonly Sighting[]): string | null {
  const [only, another] = sightings.filter((one) => one.provider !== UNKNOWN_PROVIDER)
  return only !== undefined && another === undefined && only.times >= ENOUGH ? only.provider : null
}

/** Deliveries whose URL named one session and whose body another. The URL won. */
export interface Mismatch {
  pathSession: string
  bodySession: string
  times: number
  firstAt: Instant
  lastAt: Instant
  /**
   * How many sessions the bodies that came to this URL named. One is an alias, such as a phone number's id; more mean that
   * several sessions of the sender are folded into one here: give each its own URL, or leave the session out of it.
   */
  bodySessions: number
}
