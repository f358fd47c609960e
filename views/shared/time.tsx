/**
 * Moments, as words. Written as text rather than JSX, because a page has a thousand of them and nothing in them comes
 * from a sender: an instant is a number. app.js keeps the words fresh and puts clock times into the reader's zone.
 */
import type { Instant } from '../../src/domain/event'
import { ago, duration, iso, utcClock, utcOf } from '../format'

/** "4 min ago"; the exact moment is its title. */
export function Ago({ at, now }: { at: Instant; now: Instant }): JSX.Element {
  return time(at, '', ago(at, now))
}

/** "12 days", as in "connected for 12 days". */
export function Lasting({ since, now }: { since: Instant; now: Instant }): JSX.Element {
  return time(since, ' data-for', duration(now - since))
}

/** The clock time, in UTC until app.js has run. */
export function Clock({ at, ms = false }: { at: Instant; ms?: boolean }): JSX.Element {
  return time(at, ms ? ' data-clock="ms"' : ' data-clock="s"', utcClock(at, ms))
}

/** Date and time in full. */
export function Moment({ at }: { at: Instant }): JSX.Element {
  return time(at, ' data-clock="full"', utcOf(iso(at)))
}

function time(at: Instant, attributes: string, words: string): string {
  const text = iso(at)
  return `<time datetime="${text}" title="${utcOf(text)}"${attributes}>${words}</time>`
}
