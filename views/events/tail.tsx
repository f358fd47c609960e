import { Html } from '@elysiajs/html'
import type { EventRecord } from '../../src/domain/records'
import { ids } from '../live'
import { EventRow } from './row'

/** The rows that `prepend` adds to. While the reader is further down, app.js counts new rows in the pill instead. */
export function EventTail({ events, session = true }: { events: readonly EventRecord[]; session?: boolean }): JSX.Element {
  return (
    <div class="tail">
      <button type="button" class="pill" data-pill hidden hx-morph-skip>
        new
      </button>
      <ol class="events" id={ids.tail} data-tail>
        {events.map((event) => (
          <EventRow event={event} session={session} />
        ))}
      </ol>
    </div>
  )
}
