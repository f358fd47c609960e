import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { attr, plural } from '../format'
import { ids } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { Ago, Moment } from '../shared/time'
import { Doubts } from './doubts'
import { Marked } from './guide'
import type { Received, SourceNow } from './model'
import { ProofBadge } from './proof'
import { RefusedList } from './refused'

export interface PartProps {
  about: SourceNow
  now: Instant
}

/** The fragments of a source's page that change by themselves, in their order; every viewer sees the same. */
export const SOURCE_PARTS: Record<string, (props: PartProps) => JSX.Element> = {
  [ids.sourceHead]: SourceHead,
  [ids.sourceDoubts]: Doubts,
  [ids.sourceReceived]: ReceivedCard,
  [ids.sourceRefused]: RefusedCard,
  [ids.sourceQuarantine]: QuarantineCard,
}

export function SourceHead({ about: { source }, now }: PartProps): JSX.Element {
  const sessions = source.sessions.reduce((sum, { count }) => sum + count, 0)
  return (
    <div class="head" id={ids.sourceHead}>
      <h1 dir="auto" safe>
        {source.label}
      </h1>
      <p class="lead">
        <ProofBadge source={source} />
        <span class="soft" safe>
          {source.provider.label}
        </span>
        {sessions > 0 && <a class="soft" href={attr(paths.sessions({ source: source.slug }))} safe>{`${plural(sessions, 'session')} ›`}</a>}
        <span class="soft">
          {source.lastEventAt === null ? 'no event yet' : 'last event '}
          {source.lastEventAt !== null && <Ago at={source.lastEventAt} now={now} />}
        </span>
        {source.owner !== null && (
          <span class="soft">
            answers for it: <bdi safe>{source.owner.name}</bdi>
          </span>
        )}
      </p>
    </div>
  )
}

/** What the sender's settings come down to, told by what has come; not by what somebody believes to have set. */
export function ReceivedCard({ about, now }: PartProps): JSX.Element {
  const missing = about.received.filter(({ state }) => state === 'missing').length
  return (
    <section class="card" id={ids.sourceReceived} aria-labelledby="received-title">
      <h2 id="received-title">
        What really arrives
        {missing > 0 && (
          <small class="wait" safe>
            {` · ${plural(missing, 'kind')} missing`}
          </small>
        )}
      </h2>
      {about.received.length === 0 ? (
        <p class="soft">Nothing that was understood yet. As soon as something is, this says which kinds of events the sender leaves out.</p>
      ) : (
        <ul class="received">
          {about.received.map((one) => (
            <ReceivedRow received={one} source={about.source.slug} now={now} />
          ))}
        </ul>
      )}
    </section>
  )
}

function ReceivedRow({ received, source, now }: { received: Received; source: string; now: Instant }): JSX.Element {
  const { type, theirs, lastAt, state, remedy } = received
  return (
    <li class={state === 'missing' ? 'missing' : undefined}>
      {state === 'received' ? <Icon name="ok" tone="ok" /> : <Icon name={state === 'missing' ? 'alert' : 'new'} tone={state === 'missing' ? 'wait' : 'off'} />}
      <div class="what">
        <a href={attr(paths.events({ q: `source:${source} type:${type}` }))}>
          <code safe>{type}</code>
        </a>{' '}
        {theirs.length > 0 && (
          <small>
            sent as <Marked text={theirs} />
          </small>
        )}
        {state !== 'received' && remedy.length > 0 && (
          <span class="remedy">
            <Marked text={remedy} />
          </span>
        )}
      </div>
      <span class="when">{lastAt === null ? state === 'missing' ? <b class="wait">never</b> : 'not yet' : <Ago at={lastAt} now={now} />}</span>
    </li>
  )
}

export function RefusedCard({ about: { refused, source }, now }: PartProps): JSX.Element {
  return (
    <section class="card" id={ids.sourceRefused} aria-labelledby="refused-title">
      <h2 id="refused-title">
        Refused in the last 7 days
        {refused.length > 0 && (
          <a class="more" href={attr(paths.rejections(source.slug))}>
            Each of them
          </a>
        )}
      </h2>
      {refused.length === 0 ? <p class="soft">None.</p> : <RefusedList refused={refused} now={now} />}
    </section>
  )
}

const SHOWN = 5

/** Authentic, kept whole, understood by nobody yet. */
export function QuarantineCard({ about: { quarantine, source } }: PartProps): JSX.Element {
  return (
    <section class="card" id={ids.sourceQuarantine} aria-labelledby="quarantine-title">
      <h2 id="quarantine-title">
        Quarantine
        {source.quarantined > 0 && <a class="more" href={attr(paths.quarantine(source.slug))} safe>{`All ${source.quarantined}`}</a>}
      </h2>
      {quarantine.length === 0 ? (
        <p class="soft">Empty. Deliveries that are genuine but not understood would wait here, whole.</p>
      ) : (
        <>
          <ul class="kept">
            {quarantine.slice(0, SHOWN).map((one) => (
              <li>
                <a href={attr(paths.quarantined(source.slug, one.id))} safe>
                  {one.reason}
                </a>
                <small>
                  <Moment at={one.receivedAt} />
                </small>
              </li>
            ))}
          </ul>
          <form method="post" action={attr(paths.replayQuarantine(source.slug))} class="needs-operator">
            <button type="submit">Decode all again</button>
          </form>
        </>
      )}
    </section>
  )
}
