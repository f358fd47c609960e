import type { Sql } from 'postgres'
import type { Instant } from '../../domain/event'
import type { EventRecord } from '../../domain/records'
import { listEventsAfter } from '../../store/events-read'
import { OVERLAP_MS } from './events-tail'

/** In one turn. As many as the hub keeps for those who come back; a stream that is given much more is taken for slow. */
const AT_ONCE = 200

/** Every event once, for programs: they must not miss one without being told. */
export class EventsTold {
  #after: Instant
  readonly #told = new Map<string, Instant>()

  constructor(
    private readonly sql: Sql,
    now: Instant,
  ) {
    this.#after = now - OVERLAP_MS
  }

  /**
   * New events, oldest first; null when they are too many, or some arrived before what is looked at (a journal was emptied, a delivery
   * decoded again): whoever listens must fetch them.
   */
  async next(arrivedFrom: Instant = Number.POSITIVE_INFINITY): Promise<EventRecord[] | null> {
    const isAllSeen = arrivedFrom > this.#after
    const found = await listEventsAfter(this.sql, this.#after, AT_ONCE + 1 + this.#told.size)
    const fresh = found.filter((event) => !this.#told.has(event.id))
    for (const { id, receivedAt } of fresh) this.#told.set(id, receivedAt)
    this.#after = Math.max(this.#after, (found.at(-1)?.receivedAt ?? 0) - OVERLAP_MS)
    // The others are not asked for any more.
    for (const [id, receivedAt] of this.#told) if (receivedAt <= this.#after) this.#told.delete(id)
    return isAllSeen && fresh.length <= AT_ONCE ? fresh : null
  }
}
