import { Html } from '@elysiajs/html'
import type { EventRecord } from '../../src/domain/records'
import { attr, bytes } from '../format'
import { ids } from '../live'
import { paths } from '../paths'
import { Clock } from '../shared/time'
import { summaryOf } from './summary'

/** Fragment `event-<id>`: one line of a tail. `session` is left out where the page already says it. */
export function EventRow({ event, session = true }: { event: EventRecord; session?: boolean }): JSX.Element {
  return (
    <li class={session ? 'event' : 'event alone'} id={attr(ids.event(event.id))}>
      <Clock at={event.receivedAt} ms />
      <a href={attr(paths.event(event.id))}>
        <code safe>{String(event.type)}</code>
      </a>
      {session && (
        <a class="of" href={attr(paths.session(event.source, event.session))} dir="auto" safe>
          {event.session}
        </a>
      )}
      <span class="summary" dir="auto" safe>
        {summaryOf(event)}
      </span>
      <small safe>{bytes(event.bodySize)}</small>
    </li>
  )
}
