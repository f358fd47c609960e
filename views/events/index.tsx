import { Html } from '@elysiajs/html'
import type { EventRecord } from '../../src/domain/records'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { LIVE_EVENTS, REFETCH, topics } from '../live'
import { type EventsQuery, paths } from '../paths'
import type { Worst } from '../worst'
import { Histogram, type HistogramBucket } from './histogram'
import { EventSearch, SearchHelp } from './search'
import { EventTail } from './tail'

export interface EventsPageProps {
  operator: Operator | null
  worst: Worst
  query: EventsQuery
  /** Newest first. */
  events: readonly EventRecord[]
  /** Cursor of the next, older page; null at the end. */
  older: string | null
  histogram?: readonly HistogramBucket[]
  /** Why the search could not be understood, in words. */
  problem?: string
}

/** Tail and search in one. Live only while nothing is searched for: the stream does not know the search. */
export function EventsPage({ operator, worst, query, events, older, histogram = [], problem }: EventsPageProps): JSX.Element {
  const isTail = !query.q && !query.cursor
  return (
    <Page title="Events" worst={worst} operator={operator} path={paths.events()} topic={topics.events}>
      <h1>Events</h1>
      <EventSearch q={query.q ?? ''} />
      <SearchHelp />
      <div id="events" hx-get={attr(paths.events(query))} hx-trigger={`${LIVE_EVENTS.resync} from:body`} {...REFETCH} hx-select="#events">
        <p class="error problem" id="search-problem" role="status" safe>
          {problem ?? ''}
        </p>
        <Histogram buckets={histogram} />
        {query.cursor !== undefined && (
          <p class="newest">
            <a href={attr(paths.events({ ...(query.q && { q: query.q }) }))}>Back to the newest</a>
          </p>
        )}
        {events.length === 0 ? <Nothing isTail={isTail} /> : null}
        <div class={events.length === 0 ? 'card list empty-list' : 'card list'}>
          <EventTail events={events} keep={SHOWN} live={isTail} />
        </div>
        {older !== null && (
          <p class="older">
            <a class="button" rel="next" href={attr(paths.events({ ...(query.q && { q: query.q }), cursor: older }))}>
              Older events
            </a>
          </p>
        )}
      </div>
    </Page>
  )
}

const SHOWN = 200

function Nothing({ isTail }: { isTail: boolean }): JSX.Element {
  return (
    <section class="empty" aria-labelledby="no-events">
      <h2 id="no-events">{isTail ? 'No event has come yet' : 'Nothing matches'}</h2>
      <p>{isTail ? <a href={paths.sessions()}>Connect a sender</a> : <a href={paths.events()}>Show all events</a>}</p>
    </section>
  )
}
