import { Html } from '@elysiajs/html'
import type { Sql } from 'postgres'
import { toDocument } from '../../../views/render'
import { countSessions } from '../../../views/sessions/counters'
import { SessionsPage } from '../../../views/sessions/index'
import { readSessionsQuery, selectSessions } from '../../../views/sessions/query'
import { worstOf } from '../../../views/sessions/rank'
import { SessionPage } from '../../../views/sessions/show'
import type { Controls } from '../../control/controls'
import { AppError } from '../../domain/error'
import type { Instant } from '../../domain/event'
import type { SessionRecord } from '../../domain/records'
import type { Allowances } from '../../domain/staleness'
import { listOperatorNames } from '../../store/operators'
import { findSession } from '../../store/sessions-read'
import { html } from '../answers'
import { hasRole } from '../auth/roles'
import type { Board } from '../board'
import type { MemberVisit } from '../gate'
import { matrixOf } from '../qr'
import { loadControl } from './session-control'
import { loadHistory, loadTail } from './session-history'
import { loadSessionSettings } from './session-settings'

export interface SessionPagesDeps {
  sql: Sql
  board: Board
  controls: Pick<Controls, 'capabilitiesOf'>
  allowances: Allowances
  publicUrl: string
  /** Where the default source's secret can be found, in words. */
  secretHint: string
  now(): Instant
}

export async function showSessions(deps: SessionPagesDeps, { request, url, login }: MemberVisit): Promise<Response> {
  const [sessions, owners] = await Promise.all([deps.board.sessions(), listOperatorNames(deps.sql)])
  const query = readSessionsQuery(url.searchParams)
  const page = (
    <SessionsPage
      operator={login.operator}
      worst={worstOf(sessions)}
      query={query}
      counts={countSessions(sessions)}
      sessions={selectSessions(sessions, query)}
      choices={{
        sources: [...new Set(sessions.map((session) => session.source))].sort(),
        owners: owners.filter(({ id }) => sessions.some((session) => session.owner?.id === id)),
      }}
      setup={{ webhookUrl: `${deps.publicUrl}/api/whatsapp/webhook`, secretHint: deps.secretHint }}
      now={deps.now()}
    />
  )
  return html(toDocument(page), { accepts: request.headers.get('accept-encoding') })
}

export async function showSession(deps: SessionPagesDeps, visit: MemberVisit): Promise<Response> {
  return sessionPage(deps, visit, await sessionOf(deps, visit))
}

/** The one that the URL names. @throws AppError `not_found` */
export async function sessionOf(deps: SessionPagesDeps, { params }: MemberVisit): Promise<SessionRecord> {
  const { source = '', name = '' } = params
  const session = await findSession(deps.sql, source, name, deps.allowances, deps.now())
  if (!session) throw new AppError('not_found', `There is no session “${name}” of the source “${source}”`)
  return session
}

/** @param refused why its settings were not saved. */
export async function sessionPage(deps: SessionPagesDeps, { request, login }: MemberVisit, session: SessionRecord, refused?: string): Promise<Response> {
  const [history, events, sessions, control, settings] = await Promise.all([
    loadHistory(deps.sql, session.id),
    loadTail(deps.sql, session.id),
    deps.board.sessions(),
    loadControl(deps, session),
    hasRole(login.operator.role, 'admin') ? loadSessionSettings(deps, session.id, refused) : null,
  ])
  const page = (
    <SessionPage
      operator={login.operator}
      worst={worstOf(sessions)}
      session={session}
      matrix={matrixOf(session.qr?.code ?? null)}
      transitions={history.transitions}
      events={events}
      messages={history.messages}
      calls={history.calls}
      control={control}
      settings={settings}
      now={deps.now()}
    />
  )
  return html(toDocument(page), { status: refused === undefined ? 200 : 400, accepts: request.headers.get('accept-encoding') })
}
