import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { addMismatches, addSightings, type MismatchNote, type SightingNote } from '../store/source-notes'

const FLUSH_MS = 5_000
/** Senders make up the names: beyond so many different pairs until the next flush, none is noted. */
const MOST_PAIRS = 500

interface Count {
  times: number
  firstAt: Instant
  lastAt: Instant
}

/**
 * Counts what sources show of their senders, in memory: the hot path pays for a look-up or two. Written every few seconds; a
 * kill loses that much counting, never a delivery.
 */
export class SourceNotes {
  #sightings = new Map<string, Map<string, Count>>()
  #mismatches = new Map<string, MismatchNote>()
  readonly #timer: ReturnType<typeof setInterval>

  constructor(
    private readonly sql: Sql,
    private readonly failed: (cause: unknown) => void = () => {},
  ) {
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS)
    this.#timer.unref()
  }

  /** A delivery of a source that recognises its senders was this provider's. */
  recognised(sourceId: string, provider: string, at: Instant): void {
    let ofSource = this.#sightings.get(sourceId)
    if (!ofSource) this.#sightings.set(sourceId, (ofSource = new Map()))
    const count = ofSource.get(provider)
    if (count) countAgain(count, at)
    else ofSource.set(provider, { times: 1, firstAt: at, lastAt: at })
  }

  /** The URL named one session, the body another. */
  mismatched(sourceId: string, pathSession: string, bodySession: string, at: Instant): void {
    const pair = `${sourceId}\n${pathSession}\n${bodySession}`
    const note = this.#mismatches.get(pair)
    if (note) countAgain(note, at)
    else if (this.#mismatches.size < MOST_PAIRS) this.#mismatches.set(pair, { sourceId, pathSession, bodySession, times: 1, firstAt: at, lastAt: at })
  }

  async flush(): Promise<void> {
    const sightings: SightingNote[] = []
    for (const [sourceId, counts] of this.#sightings) for (const [provider, count] of counts) sightings.push({ sourceId, provider, ...count })
    const mismatches = [...this.#mismatches.values()]
    if (sightings.length + mismatches.length === 0) return
    const [seen, differing] = [this.#sightings, this.#mismatches]
    this.#sightings = new Map()
    this.#mismatches = new Map()
    try {
      await addSightings(this.sql, sightings)
    } catch (cause) {
      this.failed(cause)
      // Deliveries go on meanwhile, into the journal. What was counted since is less than this.
      this.#sightings = seen
      this.#mismatches = differing
      return
    }
    await addMismatches(this.sql, mismatches).catch(this.failed)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }
}

function countAgain(count: Count, at: Instant): void {
  count.times++
  count.lastAt = at
}
