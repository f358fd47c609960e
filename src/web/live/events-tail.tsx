import { Html } from '@elysiajs/html'
import type { Sql } from 'postgres'
import { EventRow } from '../../../views/events/row'
import { prepend } from '../../../views/live'
import { toHtml } from '../../../views/render'
import type { Instant } from '../../domain/event'
import type { EventRecord } from '../../domain/records'
import { listEventsAfter } from '../../store/events-read'

/** Rows per message: what scrolls by faster than this nobody reads. */
const ROWS = 30
/**
 * Commits of several lanes and processes overtake each other by about this much, so each look goes back that far and
 * leaves out what was told. The page itself passes over rows that it has.
 */
export const OVERLAP_MS = 3_000
const REMEMBERED = 2_000

/** The newest of what a page has not been told yet. */
export class EventsTail {
  #after: Instant
  #told = new Set<string>()

  constructor(
    private readonly sql: Sql,
    now: Instant,
    private readonly sessionId?: string,
  ) {
    this.#after = now - OVERLAP_MS
  }

  /** New events, oldest first. */
  async events(): Promise<EventRecord[]> {
    const found = await listEventsAfter(this.sql, this.#after, ROWS, this.sessionId)
    const fresh = found.filter((event) => !this.#told.has(event.id))
    for (const event of fresh) this.#told.add(event.id)
    this.#after = Math.max(this.#after, (found.at(-1)?.receivedAt ?? 0) - OVERLAP_MS)
    if (this.#told.size > REMEMBERED) this.#told = new Set([...this.#told].slice(-REMEMBERED / 2))
    return fresh
  }

  /** The message that puts them on top; '' when there are none. */
  async rows(session: boolean): Promise<string> {
    const events = await this.events()
    if (events.length === 0) return ''
    return prepend(
      events
        .reverse()
        .map((event) => toHtml(<EventRow event={event} session={session} />))
        .join(''),
    )
  }
}
