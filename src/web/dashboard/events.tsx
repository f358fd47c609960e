import { Html } from '@elysiajs/html'
import { EventsPage } from '../../../views/events/index'
import { EventPage, type EventPageProps } from '../../../views/events/show'
import { plural } from '../../../views/format'
import type { EventsQuery } from '../../../views/paths'
import { toDocument } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import { AppError } from '../../domain/error'
import type { DecodeAgain } from '../../ingest/decode-again'
import { countEventsOverTime } from '../../store/events-histogram'
import { findEvent, searchEvents } from '../../store/events-read'
import { html } from '../answers'
import type { MemberVisit } from '../gate'
import { readEventSearch } from './event-search'
import type { SessionPagesDeps } from './sessions'

const PAGE = 100

export async function showEvents(deps: SessionPagesDeps, { request, url, login }: MemberVisit): Promise<Response> {
  const q = url.searchParams.get('q')?.trim() ?? ''
  const cursor = url.searchParams.get('cursor') ?? ''
  const query: EventsQuery = { ...(q && { q }), ...(cursor && { cursor }) }
  const search = readEventSearch(q, deps.now())
  const asked = search.ok ? search.query : {}
  const [page, histogram, sessions] = await Promise.all([
    search.ok ? searchEvents(deps.sql, { ...asked, limit: PAGE, cursor: cursor || null }) : { data: [], next: null },
    search.ok ? countEventsOverTime(deps.sql, asked, deps.now()) : [],
    deps.board.sessions(),
  ])
  const document = (
    <EventsPage
      operator={login.operator}
      worst={worstOf(sessions)}
      query={query}
      events={page.data}
      older={page.next}
      histogram={histogram}
      {...(!search.ok && { problem: search.problem })}
    />
  )
  return html(toDocument(document), { accepts: request.headers.get('accept-encoding') })
}

export function showEvent(deps: SessionPagesDeps, visit: MemberVisit): Promise<Response> {
  return eventPage(deps, visit)
}

/** Reads its delivery once more with the provider of today, and tells on its page what that added. */
export async function replayEvent(deps: SessionPagesDeps & { decodeAgain: DecodeAgain }, visit: MemberVisit): Promise<Response> {
  const decoded = await deps.decodeAgain.event(visit.params.id ?? '')
  switch (decoded.outcome) {
    case 'added':
      return eventPage(deps, visit, { kind: 'done', message: `${plural(decoded.events, 'event')} more went into the ledger.` })
    case 'unchanged':
      return eventPage(deps, visit, { kind: 'done', message: 'The ledger has all that this delivery says.' })
    case 'undecoded':
      return eventPage(deps, visit, { kind: 'error', message: `Not understood any more: ${decoded.reason}` })
    case 'expired':
      return eventPage(deps, visit, { kind: 'error', message: 'It arrived before what the ledger still keeps.' })
  }
}

async function eventPage(deps: SessionPagesDeps, { request, params, login }: MemberVisit, said?: EventPageProps['said']): Promise<Response> {
  const event = await findEvent(deps.sql, params.id ?? '')
  if (!event) throw new AppError('not_found', 'There is no such event, or retention has dropped it')
  const sessions = await deps.board.sessions()
  const document = <EventPage operator={login.operator} worst={worstOf(sessions)} event={event} publicUrl={deps.publicUrl} {...(said && { said })} />
  return html(toDocument(document), { accepts: request.headers.get('accept-encoding') })
}
