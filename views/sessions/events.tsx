import { Html } from '@elysiajs/html'
import type { EventRecord, SessionRecord } from '../../src/domain/records'
import { EventTail } from '../events/tail'
import { attr } from '../format'
import { ids } from '../live'
import { paths, sessionSearch } from '../paths'

const SHOWN = 25

/** Fragment `session-events`: the live tail of this session. */
export function SessionEvents({ session, events }: { session: Pick<SessionRecord, 'source' | 'name'>; events: readonly EventRecord[] }): JSX.Element {
  return (
    <section class="card" id={ids.events} aria-labelledby="events-title">
      <h2 id="events-title">
        Events
        <a class="more" href={attr(paths.events({ q: sessionSearch(session.source, session.name) }))}>
          Search all
        </a>
      </h2>
      {events.length === 0 && <p class="soft">No event has come yet.</p>}
      <EventTail events={events} keep={SHOWN} session={false} />
    </section>
  )
}
