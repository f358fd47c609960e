import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { ago, duration, iso, utc, utcClock } from '../format'

/** "4 min ago"; the exact moment is its title. app.js keeps it fresh and puts the title into the reader's zone. */
export function Ago({ at, now }: { at: Instant; now: Instant }): JSX.Element {
  return (
    <time datetime={iso(at)} title={utc(at)} safe>
      {ago(at, now)}
    </time>
  )
}

/** "12 days", as in "connected for 12 days". */
export function Lasting({ since, now }: { since: Instant; now: Instant }): JSX.Element {
  return (
    <time datetime={iso(since)} title={utc(since)} data-for safe>
      {duration(now - since)}
    </time>
  )
}

/** The clock time, in UTC until app.js has put it into the reader's zone. */
export function Clock({ at, ms = false }: { at: Instant; ms?: boolean }): JSX.Element {
  return (
    <time datetime={iso(at)} title={utc(at)} data-clock={ms ? 'ms' : 's'} safe>
      {utcClock(at, ms)}
    </time>
  )
}

/** Date and time in full. */
export function Moment({ at }: { at: Instant }): JSX.Element {
  return (
    <time datetime={iso(at)} data-clock="full" safe>
      {utc(at)}
    </time>
  )
}
