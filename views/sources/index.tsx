import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { attr, plural } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { ids, LIVE_EVENTS, REFETCH, topics } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import type { Worst } from '../worst'
import type { Refused, SourceView } from './model'
import { RefusedList } from './refused'
import { SourceRow } from './row'

export interface SourcesPageProps {
  operator: Operator
  worst: Worst
  /** By name. */
  sources: readonly SourceView[]
  /** Deliveries to URLs that name no source. */
  lost: readonly Refused[]
  now: Instant
}

export function SourcesPage({ operator, worst, sources, lost, now }: SourcesPageProps): JSX.Element {
  return (
    <Page title="Sources" worst={worst} operator={operator} path={paths.sources()} topic={topics.sources}>
      <div class="title">
        <h1>Sources</h1>
        <a class="button main needs-admin" href={paths.connect()}>
          Add a source
        </a>
      </div>
      <SourceList sources={sources} lost={lost} now={now} />
    </Page>
  )
}

/** Fragment `sources`: every source, those that need somebody first; and what was posted to a URL of none. */
export function SourceList({ sources, lost, now }: Pick<SourcesPageProps, 'sources' | 'lost' | 'now'>): JSX.Element {
  const isHeard = sources.some((source) => source.lastEventAt !== null)
  return (
    <div id={ids.sources} hx-get={paths.sources()} hx-trigger={`${LIVE_EVENTS.resync} from:body`} {...REFETCH} hx-select={`#${ids.sources}`}>
      <ul class="rows" aria-label={attr(plural(sources.length, 'source'))}>
        {[...sources].sort(byNeed).map((source) => (
          <SourceRow source={source} now={now} />
        ))}
      </ul>
      {!isHeard && <Nothing />}
      {lost.length > 0 && (
        <section class="card lost" aria-labelledby="lost-title">
          <h2 id="lost-title">Posted to a URL that names no source, in the last 24 hours</h2>
          <RefusedList refused={lost} now={now} />
        </section>
      )}
    </div>
  )
}

/** The first step is the same for everybody: say who sends. */
function Nothing(): JSX.Element {
  return (
    <section class="empty" aria-labelledby="no-deliveries">
      <h2 id="no-deliveries">No sender has posted anything yet</h2>
      <p class="needs-admin">
        The default source takes deliveries of every sender that Linekeeper knows. <a href={attr(paths.connectSource('default'))}>See its lines to copy</a>, or
        give each sender a source of its own, with its own secret.
      </p>
      <p class="needs-admin">
        <a class="button main" href={paths.connect()}>
          <Icon name="arrow" /> Add a source in three steps
        </a>
      </p>
      <p class="not-admin">An admin connects the first sender; it then appears here by itself.</p>
    </section>
  )
}

function byNeed(a: SourceView, b: SourceView): number {
  return needOf(b) - needOf(a) || (a.label < b.label ? -1 : 1)
}

function needOf({ rejected, quarantined, weakest }: SourceView): number {
  return rejected > 0 ? 3 : quarantined > 0 ? 2 : weakest?.strength === 'open' ? 1 : 0
}
