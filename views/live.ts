/**
 * The contract between the pages and the stream.
 *
 * Every live page holds one stream, `GET /live?topic=<topic>` (element `#live`, which htmx keeps connected). The
 * stream answers 401 and never a redirect; each message has an `id:`. Messages are one of:
 *
 * - unnamed, `data:` = one or more `partial(…)`, concatenated: each replaces its target on the page by morphing. A
 *   target that is not on the page (a row filtered away) is passed over in silence.
 * - `event: sessions-changed`: rows may have moved, come or gone (a status or health changed, a session appeared).
 *   The board fetches its own URL again, at most once a second. Send it after the row's partial, not instead of it.
 * - `event: resync`: the stream cannot tell what was missed; every fragment with a URL fetches itself again.
 *   app.js sends the same by itself after updates were held back (text selected, a menu open).
 *
 * topic `sessions`       partial(row), partial(counts), partial(worst), announce; sessions-changed
 * topic `session:<id>`   partial(session-head|-qr|-control|-timeline|-events|-messages|-facts), prepend(event row), partial(worst), announce
 * topic `events`         prepend(event row), partial(worst)
 * topic `sources`        partial(sources), partial(worst)
 * topic `source:<id>`    partial(source-head|-arrival|-received|-refused|-quarantine|-doubts), partial(worst); secrets-changed
 *
 * Fragment (DOM id)                     component and props
 * `session-<uuid>`                      sessions/row        SessionRow {session, now}
 * `counts`                              sessions/counters   Counters {counts: countSessions(all)}
 * `session-head` / `session-facts`      sessions/head|facts SessionHead, SessionFacts {session, now}
 * `session-qr`                          sessions/qr-card    QrCard {session, matrix: qrMatrix(code) | null, now}
 * `session-control`                     sessions/control    SessionControl {session, control, now}
 * `session-timeline`                    sessions/timeline   SessionTimeline {transitions, now}
 * `session-events`                      sessions/events     SessionEvents {session, events}
 * `session-messages`                    sessions/messages   SessionMessages {messages, calls}
 * `event-<id>`                          events/row          EventRow {event, session?: false on a session's page}
 * `sources`                             sources/index       SourceList {sources, lost, now}
 * `source-<part>`                       sources/now         SourceParts: each of {now: SourceNow}
 * `worst`                               layouts/worst-mark  WorstMark {worst: worstOf(all)}
 * `flash`                               errors/flash        Flash {kind, message}
 *
 * Pages (toDocument makes the document): SessionsPage, SessionPage, EventsPage, EventPage, LoginPage, SetupPage,
 * ErrorPage, ApiKeysPage; each exports its props beside it. All lists are newest first.
 *
 * Fragments look the same to every viewer. What a role may not do carries class `needs-operator` or `needs-admin` and is hidden by
 * the stylesheet through `<body data-role>`; the server refuses it anyway.
 */
import { Html } from '@elysiajs/html'
import type { SessionRecord } from '../src/domain/records'
import { lookOf, whyOf } from './shared/status'

export const LIVE_EVENTS = { sessionsChanged: 'sessions-changed', resync: 'resync', secretsChanged: 'secrets-changed' } as const

export const topics = {
  sessions: 'sessions',
  events: 'events',
  session: (id: string) => `session:${id}`,
  sources: 'sources',
  source: (id: string) => `source:${id}`,
}

/** DOM ids of the fragments. */
export const ids = {
  row: (sessionId: string) => `session-${sessionId}`,
  event: (eventId: string) => `event-${eventId}`,
  counts: 'counts',
  notice: 'notice',
  worst: 'worst',
  head: 'session-head',
  qr: 'session-qr',
  control: 'session-control',
  timeline: 'session-timeline',
  events: 'session-events',
  /** The rows inside `session-events`, and inside the events page. */
  tail: 'tail',
  messages: 'session-messages',
  facts: 'session-facts',
  sources: 'sources',
  sourceHead: 'source-head',
  sourceArrival: 'source-arrival',
  sourceReceived: 'source-received',
  sourceRefused: 'source-refused',
  sourceQuarantine: 'source-quarantine',
  sourceDoubts: 'source-doubts',
  sourceSecrets: 'source-secrets',
}

/** A part that fetches itself anew takes the page's worst state along, and leaves the title to app.js, which knows it. */
export const REFETCH = { 'hx-swap': 'outerMorph ignoreTitle:true', 'hx-select-oob': '#worst:outerMorph', 'hx-sync': 'this:drop' } as const

/**
 * A GET form that shows its results at once and keeps the address in step. It shares the target's queue and goes first:
 * a refetch that was under way would bring back the old search.
 */
export function searchAsYouType(url: string, target: string): Record<string, string> {
  return {
    ...REFETCH,
    'hx-get': url,
    'hx-trigger': 'input delay:300ms, submit',
    'hx-target': target,
    'hx-select': target,
    'hx-replace-url': 'true',
    'hx-sync': `${target}:replace`,
  }
}

/** A message that morphs the fragment into place. `html` is the fragment with its own element and id. */
export function partial(id: string, html: string): string {
  return `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${html}</hx-partial>`
}

/** A message that puts event rows (newest first) on top of a tail; app.js keeps them back while the reader is further down. */
export function prepend(html: string, id: string = ids.tail): string {
  return `<hx-partial hx-target="#${id}" hx-swap="afterbegin">${html}</hx-partial>`
}

/** A message for screen readers. Only for changes of status: anything more is noise. */
export function announce(session: SessionRecord): string {
  const why = whyOf(session)
  const words = `${session.name}: ${lookOf(session).word}${why ? `, ${why}` : ''}`
  return `<hx-partial hx-target="#announce" hx-swap="textContent">${Html.escapeHtml(words)}</hx-partial>`
}
