import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { SessionRecord } from '../../src/domain/records'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { LIVE_EVENTS, REFETCH } from '../live'
import { paths, type SessionsQuery } from '../paths'
import type { Worst } from '../worst'
import { Counters, type SessionCounts } from './counters'
import { FirstSteps, NothingFound, type SetupHint } from './empty'
import { Chips, type FilterChoices, Filters } from './filters'
import { SessionList } from './list'

export interface SessionsPageProps {
  operator: Operator | null
  worst: Worst
  query: SessionsQuery
  /** Over all sessions. */
  counts: SessionCounts
  /** What the query selects, in its order (see selectSessions). */
  sessions: readonly SessionRecord[]
  choices: FilterChoices
  setup: SetupHint
  now: Instant
}

export function SessionsPage(props: SessionsPageProps): JSX.Element {
  return (
    <Page title="Sessions" worst={props.worst} operator={props.operator} path={paths.sessions()} topic="sessions">
      <h1>Sessions</h1>
      <SessionsBoard {...props} />
    </Page>
  )
}

/** Fragment `sessions`: fetches itself anew, by the page's own URL, when rows may have moved, come or gone. */
export function SessionsBoard({ query, counts, sessions, choices, setup, now }: SessionsPageProps): JSX.Element {
  return (
    <div
      id="sessions"
      hx-get={attr(paths.sessions(query))}
      hx-trigger={`${LIVE_EVENTS.sessionsChanged} from:body throttle:1s, ${LIVE_EVENTS.resync} from:body`}
      {...REFETCH}
      hx-select="#sessions"
    >
      {counts.total > 0 && <Counters counts={counts} />}
      {counts.total > 0 && <Filters query={query} choices={choices} />}
      <Chips query={query} choices={choices} />
      {counts.total === 0 ? (
        <FirstSteps setup={setup} />
      ) : sessions.length === 0 ? (
        <NothingFound />
      ) : (
        <SessionList sessions={sessions} query={query} now={now} />
      )}
    </div>
  )
}
