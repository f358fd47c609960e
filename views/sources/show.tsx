import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { Flash } from '../errors/flash'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { LIVE_EVENTS, REFETCH, topics } from '../live'
import { paths } from '../paths'
import { CopyBlock, CopyScript } from '../shared/copy-block'
import type { Worst } from '../worst'
import { SecretOnce } from './connect'
import { SourceControl, type SourceControlView } from './control'
import { Doubts } from './doubts'
import type { SecretsView, SourceNow } from './model'
import { QuarantineCard, ReceivedCard, RefusedCard, SourceHead } from './now'
import { ProofList } from './proof'
import { SecretsCard } from './secrets'
import { DeleteCard, SettingsCard, type SettingsView } from './settings'

export interface SourcePageProps {
  operator: Operator
  worst: Worst
  about: SourceNow
  /** For admins; null hides secrets and settings from everybody else. */
  admin: { secrets: SecretsView; settings: SettingsView; control: SourceControlView; isDefault: boolean } | null
  /** Directly after it was made, and never again. */
  madeSecret?: string
  done?: string
  error?: string
  now: Instant
}

export function SourcePage(props: SourcePageProps): JSX.Element {
  const { operator, worst, about, now } = props
  const { source } = about
  return (
    <Page title={source.label} worst={worst} operator={operator} path={paths.sources()} topic={topics.source(source.id)}>
      <nav class="crumb" aria-label="Breadcrumb">
        <a href={paths.sources()}>Sources</a>
        <span safe>{source.slug}</span>
      </nav>
      {props.error !== undefined && <Flash kind="error" message={props.error} />}
      {props.done !== undefined && <Flash kind="done" message={props.done} />}
      {props.madeSecret !== undefined && <SecretOnce secret={props.madeSecret} />}
      <SourceHead about={about} now={now} />
      <div class="cols source-cols">
        <div
          class="side"
          id="source-now"
          hx-get={attr(paths.source(source.slug))}
          hx-trigger={`${LIVE_EVENTS.resync} from:body`}
          {...REFETCH}
          hx-select="#source-now"
        >
          <Doubts about={about} now={now} />
          <ReceivedCard about={about} now={now} />
          <RefusedCard about={about} now={now} />
          <QuarantineCard about={about} now={now} />
        </div>
        <div class="side">
          <Webhook about={about} />
          {props.admin !== null && <SecretsCard slug={source.slug} secrets={props.admin.secrets} isNeeded={source.secrets.isNeeded} now={now} />}
          {props.admin !== null && <SourceControl view={props.admin.control} />}
          {props.admin !== null && <SettingsCard source={source} settings={props.admin.settings} />}
          {props.admin !== null && !props.admin.isDefault && <DeleteCard source={source} />}
        </div>
      </div>
      <CopyScript />
    </Page>
  )
}

function Webhook({ about: { source } }: { about: SourceNow }): JSX.Element {
  return (
    <section class="card" aria-labelledby="webhook-title">
      <h2 id="webhook-title">
        Webhook URL
        <a class="more" href={attr(paths.connectSource(source.slug))}>
          How to connect
        </a>
      </h2>
      <CopyBlock text={source.webhookUrl} />
      <p class="soft">A session’s name may follow it.</p>
      <ProofList proofs={source.proofs} />
    </section>
  )
}
