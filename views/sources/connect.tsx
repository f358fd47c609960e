import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { ids, LIVE_EVENTS, REFETCH, topics } from '../live'
import { paths } from '../paths'
import { CopyBlock, CopyScript } from '../shared/copy-block'
import type { Worst } from '../worst'
import { ArrivalCard } from './arrival'
import { SourceCrumb } from './crumb'
import { GuideText } from './guide'
import type { Guide } from './guide-text'
import type { SourceNow } from './model'
import { ProofList } from './proof'
import { Steps } from './steps'

export interface ConnectPageProps {
  operator: Operator
  worst: Worst
  about: SourceNow
  /** That of its provider; several where the sender is not known yet. */
  guides: readonly { id: string; label: string; guide: Guide }[]
  /** Directly after the source was made, and never again. */
  secret?: string | null
  now: Instant
}

/** Step three of three: what to set at the sender, ready to be copied, and what has come of it. */
export function ConnectPage({ operator, worst, about, guides, secret, now }: ConnectPageProps): JSX.Element {
  const { source } = about
  const path = paths.connectSource(source.slug)
  return (
    <Page title={`Connect ${source.label}`} worst={worst} operator={operator} path={paths.sources()} topic={topics.source(source.id)}>
      <SourceCrumb source={source} />
      <h1 safe>{`Connect ${source.label}`}</h1>
      {(typeof secret === 'string' || about.arrival.kind !== 'heard') && <Steps at={3} />}
      <div
        id="connect-arrival"
        hx-get={attr(path)}
        hx-trigger={`${LIVE_EVENTS.resync} from:body`}
        {...REFETCH}
        hx-target={`#${ids.sourceArrival}`}
        hx-select={`#${ids.sourceArrival}`}
      >
        <ArrivalCard about={about} now={now} />
      </div>
      <div class="cols source-cols">
        <section class="card" aria-labelledby="guide-title">
          <h2 id="guide-title">At the sender</h2>
          {guides.map(({ label, guide }, index) =>
            guides.length === 1 ? (
              <GuideText guide={guide} />
            ) : (
              <details class="of-sender" open={index < 0}>
                <summary safe>{label}</summary>
                <GuideText guide={guide} />
              </details>
            ),
          )}
          {guides.length === 0 && <p class="soft">Post to the webhook URL, and prove it with the secret in one of the ways on the right.</p>}
        </section>
        <div class="side">
          {typeof secret === 'string' && <SecretOnce secret={secret} />}
          <section class="card" aria-labelledby="url-title">
            <h2 id="url-title">Webhook URL</h2>
            <CopyBlock text={source.webhookUrl} />
            <p class="soft">A session’s name may follow: …/webhook/sales. Without it, the body says which session it is.</p>
          </section>
          <section class="card" aria-labelledby="proofs-title">
            <h2 id="proofs-title">Accepted as proof</h2>
            <ProofList proofs={source.proofs} />
          </section>
        </div>
      </div>
      <CopyScript />
    </Page>
  )
}

/** The only time that anybody sees it. */
export function SecretOnce({ secret }: { secret: string }): JSX.Element {
  return (
    <section class="card created" aria-labelledby="secret-title">
      <h2 id="secret-title">The new secret</h2>
      <p class="soft">Shown this once: it is kept encrypted and never told again.</p>
      <CopyBlock text={secret} />
    </section>
  )
}
