import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { QuarantineRecord } from '../../src/domain/records'
import { Flash } from '../errors/flash'
import { attr, bytes } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import { Ago } from '../shared/time'
import type { Worst } from '../worst'
import { SourceCrumb } from './crumb'
import type { SourceView } from './model'

export interface QuarantinePageProps {
  operator: Operator
  worst: Worst
  source: SourceView
  /** Newest first. */
  kept: readonly QuarantineRecord[]
  older: string | null
  /** What came of decoding again. */
  said?: { kind: 'done' | 'error'; message: string }
  now: Instant
}

/** Genuine deliveries that nobody understood, whole, until a person has looked or an upgrade understands them. */
export function QuarantinePage({ operator, worst, source, kept, older, said, now }: QuarantinePageProps): JSX.Element {
  return (
    <Page title={`Quarantine · ${source.label}`} worst={worst} operator={operator} path={paths.sources()} topic={null}>
      <SourceCrumb source={source} />
      <div class="title">
        <h1>Quarantine</h1>
        {kept.length > 0 && (
          <form method="post" action={attr(paths.replayQuarantine(source.slug))} class="needs-operator">
            <button type="submit" class="main">
              Decode all again
            </button>
          </form>
        )}
      </div>
      {said !== undefined && <Flash {...said} />}
      {kept.length === 0 ? (
        <section class="empty" aria-labelledby="nothing-kept">
          <h2 id="nothing-kept">Nothing waits here</h2>
          <p>Deliveries that are genuine but not understood are kept here, whole, and can be decoded again after an upgrade.</p>
        </section>
      ) : (
        <ul class="rows">
          {kept.map((one) => (
            <KeptRow kept={one} slug={source.slug} now={now} />
          ))}
        </ul>
      )}
      {older !== null && (
        <p class="older">
          <a class="button" rel="next" href={attr(paths.quarantine(source.slug, older))}>
            Older
          </a>
        </p>
      )}
    </Page>
  )
}

function KeptRow({ kept, slug, now }: { kept: QuarantineRecord; slug: string; now: Instant }): JSX.Element {
  return (
    <li class="row kept-row">
      <div class="name">
        <a href={attr(paths.quarantined(slug, kept.id))} safe>
          {kept.reason}
        </a>
        <small>
          {kept.session === null ? 'no session named' : <bdi safe>{kept.session}</bdi>} · <span safe>{bytes(kept.bodySize)}</span> ·{' '}
          <Ago at={kept.receivedAt} now={now} />
        </small>
      </div>
      <form method="post" action={attr(paths.replayQuarantined(slug, kept.id))} class="needs-operator act">
        <button type="submit">Decode again</button>
      </form>
    </li>
  )
}
