import { Html } from '@elysiajs/html'
import type { EventDetail } from '../../src/domain/records'
import { Flash } from '../errors/flash'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import { Pair } from '../shared/pair'
import { STATUS_LOOKS, whyOf } from '../shared/status'
import { Moment } from '../shared/time'
import type { Worst } from '../worst'
import { Body } from './body'
import { BodyTree } from './body-tree'
import { curlOf } from './curl'
import { Headers } from './headers'
import { readJson } from './json'

export interface EventPageProps {
  operator: Operator | null
  worst: Worst
  event: EventDetail
  /** Without a slash at the end; for the curl line. */
  publicUrl: string
  /** What came of decoding it again. */
  said?: { kind: 'done' | 'error'; message: string }
}

export function EventPage({ operator, worst, event, publicUrl, said }: EventPageProps): JSX.Element {
  return (
    <Page title={event.type} worst={worst} operator={operator} path={paths.events()} topic={null}>
      <nav class="crumb" aria-label="Breadcrumb">
        <a href={paths.events()}>Events</a>
        <a href={attr(paths.session(event.source, event.session))} dir="auto" safe>
          {event.session}
        </a>
      </nav>
      <div class="title">
        <h1 class="code" safe>
          {String(event.type)}
        </h1>
        {event.delivery !== null && (
          <form method="post" action={attr(paths.replayEvent(event.id))} class="needs-operator">
            <button type="submit">Decode again</button>
          </form>
        )}
      </div>
      {said !== undefined && <Flash {...said} />}
      <Facts event={event} />
      {event.delivery ? (
        <Delivery delivery={event.delivery} publicUrl={publicUrl} size={event.bodySize} />
      ) : (
        <p class="card soft">{isOurs(event) ? OURS : 'Retention has dropped the delivery; the event is kept.'}</p>
      )}
    </Page>
  )
}

const OURS = 'Nobody posted this: Linekeeper wrote it down itself.'

/** Verdicts of the sweep, what operators did, and what a sender answered when it was asked. */
function isOurs({ type, providerType }: EventDetail): boolean {
  return type === 'session.stale' || type.startsWith('operator.') || providerType === 'api'
}

function Facts({ event }: { event: EventDetail }): JSX.Element {
  const facts = readJson(JSON.stringify(event.facts))
  return (
    <section class="card stack" aria-labelledby="facts-title">
      <h2 id="facts-title">What it says</h2>
      <dl class="pairs first">
        <Pair term="Session">
          <a href={attr(paths.session(event.source, event.session))} dir="auto" safe>
            {event.session}
          </a>
        </Pair>
        <Pair term="Source">
          <span safe>{event.source}</span>
        </Pair>
        <Pair term="The sender calls it">
          <code safe>{event.providerType}</code>
        </Pair>
        <Pair term="Received">
          <Moment at={event.receivedAt} />
        </Pair>
        <Pair term="Happened">{event.occurredAt === null ? <span class="soft">not told</span> : <Moment at={event.occurredAt} />}</Pair>
        <Pair term="Number in session">
          <span safe>{String(event.seq)}</span>
        </Pair>
        <Pair term="It caused">
          <Caused event={event} />
        </Pair>
      </dl>
      {facts !== null && <BodyTree node={facts} />}
    </section>
  )
}

function Caused({ event: { transition } }: { event: EventDetail }): JSX.Element {
  if (!transition) return <span class="soft">no change of state</span>
  const why = whyOf(transition)
  return <span safe>{`${STATUS_LOOKS[transition.from].word} → ${STATUS_LOOKS[transition.to].word}${why ? `, ${why}` : ''}`}</span>
}

function Delivery({ delivery, publicUrl, size }: { delivery: NonNullable<EventDetail['delivery']>; publicUrl: string; size: number }): JSX.Element {
  const { verdict, siblings } = delivery
  return (
    <>
      <Body body={delivery.body} size={size} />
      <section class="card" aria-labelledby="delivery-title">
        <h2 id="delivery-title">Delivery</h2>
        <dl class="pairs first">
          <Pair term="Proved by">
            <span safe>{verdict.secretId === null ? verdict.scheme : `${verdict.scheme}, secret ${verdict.secretId}`}</span>
          </Pair>
          <Pair term="From">
            <code safe>{delivery.address}</code>
          </Pair>
          <Pair term="To">
            <code safe>{delivery.path}</code>
          </Pair>
          <Pair term="Decoded beside it">{siblings.length === 0 ? <span class="soft">nothing else</span> : <Siblings siblings={siblings} />}</Pair>
        </dl>
        <Headers headers={delivery.headers} />
        <details class="raw">
          <summary>Copy as curl</summary>
          <pre tabindex="0" data-copy safe>
            {curlOf(delivery, publicUrl)}
          </pre>
        </details>
      </section>
    </>
  )
}

function Siblings({ siblings }: { siblings: { id: string; type: string }[] }): JSX.Element {
  return (
    <ul>
      {siblings.map(({ id, type }) => (
        <li>
          <a href={paths.event(id)}>
            <code safe>{type}</code>
          </a>
        </li>
      ))}
    </ul>
  )
}
