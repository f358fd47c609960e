import { Html } from '@elysiajs/html'
import { EventsPage } from '../../../views/events/index'
import { EventPage } from '../../../views/events/show'
import type { EventsQuery } from '../../../views/paths'
import { toDocument } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import { AppError } from '../../domain/error'
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

export async function showEvent(deps: SessionPagesDeps, { request, params, login }: MemberVisit): Promise<Response> {
  const event = await findEvent(deps.sql, params.id ?? '')
  if (!event) throw new AppError('not_found', 'There is no such event, or retention has dropped it')
  const sessions = await deps.board.sessions()
  const document = <EventPage operator={login.operator} worst={worstOf(sessions)} event={event} publicUrl={deps.publicUrl} />
  return html(toDocument(document), { accepts: request.headers.get('accept-encoding') })
}
