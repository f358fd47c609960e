import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { attr } from '../format'
import { ids } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { Ago } from '../shared/time'
import type { SourceNow } from './model'
import { RefusedWords } from './refused'

/** Fragment `source-arrival`: waits for the first delivery, and says what became of it. */
export function ArrivalCard({ about, now }: { about: SourceNow; now: Instant }): JSX.Element {
  const { arrival } = about
  return (
    <section class={`card arrival ${arrival.kind}`} id={ids.sourceArrival} aria-labelledby="arrival-title" role="status">
      <Words about={about} now={now} />
    </section>
  )
}

function Words({ about: { arrival, source }, now }: { about: SourceNow; now: Instant }): JSX.Element {
  switch (arrival.kind) {
    case 'waiting':
      return (
        <>
          <h2 id="arrival-title">
            <span class="pulse" aria-hidden="true" />
            Waiting for the first event…
          </h2>
          <p class="soft">
            <span class="needs-live">This changes by itself as soon as the sender posts. </span>
            <a class="js-hide" href={attr(paths.connectSource(source.slug))}>
              Look again
            </a>
          </p>
        </>
      )
    case 'heard':
      return (
        <>
          <h2 id="arrival-title">
            <Icon name="ok" tone="ok" /> <span>{isFirst(source) ? 'First event received' : 'Events arrive'}</span>
          </h2>
          <p>
            Session{' '}
            <a class="go" href={attr(paths.session(source.slug, arrival.session))} dir="auto" safe>
              {arrival.session}
            </a>
            {arrival.type !== null && (
              <>
                , <code safe>{String(arrival.type)}</code>
              </>
            )}{' '}
            <span class="soft">
              <Ago at={arrival.at} now={now} />
            </span>
          </p>
          <p class="acts">
            <a class="button main" href={attr(paths.source(source.slug))}>
              Go to the source
            </a>
          </p>
        </>
      )
    case 'refused':
      return (
        <>
          <h2 id="arrival-title">
            <Icon name="alert" tone="down" /> A delivery came, and was refused
          </h2>
          <p class="remedied">
            <RefusedWords refused={arrival.refused} />
          </p>
          <p class="soft">
            <Ago at={arrival.refused.lastAt} now={now} />, <span safe>{`from ${arrival.refused.addresses[0] ?? 'somewhere'}`}</span>. Still waiting for one that
            holds.
          </p>
        </>
      )
    case 'quarantined':
      return (
        <>
          <h2 id="arrival-title">
            <Icon name="inbox" tone="wait" /> A genuine delivery came, but was not understood
          </h2>
          <p safe>{arrival.reason}</p>
          <p class="soft">
            It is kept whole: <a href={attr(paths.quarantine(source.slug))}>look at it</a>. Perhaps this source is set to another sender than its own.
          </p>
        </>
      )
  }
}

function isFirst({ sessions }: SourceNow['source']): boolean {
  return sessions.reduce((sum, { count }) => sum + count, 0) === 1
}
