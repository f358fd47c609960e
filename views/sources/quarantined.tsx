import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { Flash } from '../errors/flash'
import { Body } from '../events/body'
import { Headers } from '../events/headers'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import { Pair } from '../shared/pair'
import { Moment } from '../shared/time'
import type { Worst } from '../worst'
import { SourceCrumb } from './crumb'
import type { SourceView } from './model'

/** A quarantined delivery, whole; body and headers redacted. */
export interface QuarantinedView {
  id: string
  session: string | null
  receivedAt: Instant
  reason: string
  path: string
  address: string
  headers: Record<string, string>
  body: Uint8Array
  bodySize: number
  scheme: string | null
  resolvedAt: Instant | null
}

export interface QuarantinedPageProps {
  operator: Operator
  worst: Worst
  source: SourceView
  kept: QuarantinedView
  error?: string
}

export function QuarantinedPage({ operator, worst, source, kept, error }: QuarantinedPageProps): JSX.Element {
  return (
    <Page title="Quarantined delivery" worst={worst} operator={operator} path={paths.sources()} topic={null}>
      <SourceCrumb source={source}>
        <a href={attr(paths.quarantine(source.slug))}>Quarantine</a>
      </SourceCrumb>
      {error !== undefined && <Flash kind="error" message={error} />}
      <div class="title">
        <h1>A delivery that was not understood</h1>
        {kept.resolvedAt === null && <Acts slug={source.slug} id={kept.id} />}
      </div>
      <section class="card stack" aria-labelledby="why-title">
        <h2 id="why-title">Why</h2>
        <p safe>{kept.reason}</p>
        <dl class="pairs">
          <Pair term="Session">{kept.session === null ? <span class="soft">none is named</span> : <bdi safe>{kept.session}</bdi>}</Pair>
          <Pair term="Received">
            <Moment at={kept.receivedAt} />
          </Pair>
          <Pair term="Proved by">
            <span safe>{kept.scheme ?? 'not noted'}</span>
          </Pair>
          <Pair term="From">
            <code safe>{kept.address}</code>
          </Pair>
          <Pair term="To">
            <code safe>{kept.path}</code>
          </Pair>
          <Pair term="Its fate">{kept.resolvedAt === null ? 'waits' : <Moment at={kept.resolvedAt} />}</Pair>
        </dl>
        <Headers headers={kept.headers} />
      </section>
      <Body body={kept.body} size={kept.bodySize} />
    </Page>
  )
}

function Acts({ slug, id }: { slug: string; id: string }): JSX.Element {
  return (
    <div class="acts needs-operator">
      <form method="post" action={attr(paths.putAway(slug, id))}>
        <button type="submit">Put away</button>
      </form>
      <form method="post" action={attr(paths.replayQuarantined(slug, id))}>
        <button type="submit" class="main">
          Decode again
        </button>
      </form>
    </div>
  )
}
