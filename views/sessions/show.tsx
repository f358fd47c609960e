import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { CallRecord, ControlRecord, EventRecord, MessageRecord, SessionRecord, TransitionRecord } from '../../src/domain/records'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { LIVE_EVENTS, REFETCH, topics } from '../live'
import { paths } from '../paths'
import type { QrMatrix } from '../shared/qr'
import type { Worst } from '../worst'
import { SessionControl } from './control'
import { SessionEvents } from './events'
import { SessionFacts } from './facts'
import { SessionHead } from './head'
import { SessionMessages } from './messages'
import { QrCard } from './qr-card'
import { SessionSettings, type SessionSettingsView } from './settings'
import { SessionTimeline } from './timeline'

export interface SessionPageProps {
  operator: Operator | null
  worst: Worst
  session: SessionRecord
  /** qrMatrix(session.qr.code); null without a code. */
  matrix: QrMatrix | null
  /** All lists newest first. */
  transitions: readonly TransitionRecord[]
  events: readonly EventRecord[]
  messages: readonly MessageRecord[]
  calls: readonly CallRecord[]
  /** null: nobody has connected the source's API. */
  control?: ControlRecord | null
  /** null: the operator may not set anything. */
  settings?: SessionSettingsView | null
  now: Instant
}

export function SessionPage(props: SessionPageProps): JSX.Element {
  const { session, operator, worst, settings = null, now } = props
  const path = paths.session(session.source, session.name)
  return (
    <Page title={session.name} worst={worst} operator={operator} path={path} topic={topics.session(session.id)}>
      <nav class="crumb" aria-label="Breadcrumb">
        <a href={paths.sessions()}>Sessions</a>
        <a href={attr(paths.sessions({ source: session.source }))} safe>
          {session.source}
        </a>
      </nav>
      <div id="session" hx-get={attr(path)} hx-trigger={`${LIVE_EVENTS.resync} from:body`} {...REFETCH} hx-select="#session">
        <SessionHead session={session} now={now} />
        <div class="cols">
          <div class="side">
            <QrCard session={session} matrix={props.matrix} now={now} />
            <SessionControl session={session} control={props.control ?? null} now={now} />
            <SessionTimeline transitions={props.transitions} now={now} />
          </div>
          <SessionFacts session={session} now={now} />
        </div>
        <SessionEvents session={session} events={props.events} />
        <SessionMessages messages={props.messages} calls={props.calls} />
      </div>
      {settings !== null && <SessionSettings session={session} settings={settings} />}
    </Page>
  )
}
