import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { RejectionRecord } from '../../src/domain/records'
import { attr, number } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import { Ago, Moment } from '../shared/time'
import type { Worst } from '../worst'
import { SourceCrumb } from './crumb'
import type { Refused, SourceView } from './model'
import { RefusedList } from './refused'
import { remedyOf } from './remedies'

export interface RejectionsPageProps {
  operator: Operator
  worst: Worst
  source: SourceView
  /** Of the last 7 days. */
  refused: readonly Refused[]
  /** Newest first; alike ones of a minute are one. */
  rejections: readonly RejectionRecord[]
  older: string | null
  now: Instant
}

/** Every refusal with its reason in words; never which byte was wrong. */
export function RejectionsPage({ operator, worst, source, refused, rejections, older, now }: RejectionsPageProps): JSX.Element {
  return (
    <Page title={`Refused · ${source.label}`} worst={worst} operator={operator} path={paths.sources()} topic={null}>
      <SourceCrumb source={source} />
      <h1>Refused deliveries</h1>
      {refused.length > 0 && (
        <section class="card stack" aria-labelledby="reasons-title">
          <h2 id="reasons-title">Reasons, last 7 days</h2>
          <RefusedList refused={refused} now={now} />
        </section>
      )}
      {rejections.length === 0 ? (
        <section class="empty" aria-labelledby="no-refusals">
          <h2 id="no-refusals">Nothing was refused</h2>
          <p>
            <a href={attr(paths.source(source.slug))}>Back to the source</a>
          </p>
        </section>
      ) : (
        <section class="card" aria-labelledby="each-title">
          <h2 id="each-title">One by one</h2>
          <div class="scroll" tabindex="0">
            <table class="plain wide">
              <thead>
                <tr>
                  <th scope="col">Last</th>
                  <th scope="col">Times</th>
                  <th scope="col">From</th>
                  <th scope="col">Session</th>
                  <th scope="col">Reason</th>
                </tr>
              </thead>
              <tbody>
                {rejections.map((one) => (
                  <RejectionRow rejection={one} now={now} />
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {older !== null && (
        <p class="older">
          <a class="button" rel="next" href={attr(paths.rejections(source.slug, older))}>
            Older
          </a>
        </p>
      )}
    </Page>
  )
}

function RejectionRow({ rejection, now }: { rejection: RejectionRecord; now: Instant }): JSX.Element {
  return (
    <tr>
      <td>
        <Moment at={rejection.lastAt} />
        <small>
          <Ago at={rejection.lastAt} now={now} />
        </small>
      </td>
      <td safe>{number(rejection.times)}</td>
      <td>
        <code safe>{rejection.address}</code>
      </td>
      <td>{rejection.session === null ? <span class="soft">not named</span> : <bdi safe>{rejection.session}</bdi>}</td>
      <td safe>{remedyOf(rejection).reason}</td>
    </tr>
  )
}
