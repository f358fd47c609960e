import { Html } from '@elysiajs/html'
import type { EventRecord } from '../../src/domain/records'
import { ids } from '../live'
import { EventRow } from './row'

export interface EventTailProps {
  events: readonly EventRecord[]
  keep: number
  /** False for what `prepend` must not reach, such as the results of a search. */
  live?: boolean
  session?: boolean
}

/** The rows that `prepend` adds to. While the reader is further down, app.js counts new rows in the pill instead. It holds `keep` rows. */
export function EventTail({ events, keep, live = true, session = true }: EventTailProps): JSX.Element {
  return (
    <div class="tail">
      {live && (
        <button type="button" class="pill" data-pill hidden hx-morph-skip>
          new
        </button>
      )}
      <ol class="events" id={live ? ids.tail : undefined} data-tail={live ? String(keep) : undefined}>
        {events.slice(0, keep).map((event) => (
          <EventRow event={event} session={session} />
        ))}
      </ol>
    </div>
  )
}
