/**
 * "These sessions moved", told to every process. Postgres LISTEN/NOTIFY everywhere: its lock is taken once per wake-up,
 * not once per event, and never inside the commit.
 */
import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'

/** What moved. `sessions` is null when they are too many to name. */
export interface Change {
  sessions: readonly string[] | null
  /** Did a status, or anything else that moves rows about, change? */
  statusChanged: boolean
  /** When the first of the events arrived that this is about; long ago where they come from a journal. Absent when it is about none. */
  arrivedFrom?: Instant
}

export type Listener = (change: Change) => void

export interface Bus {
  /** Cheap, never waits and never fails: to be called after each commit. */
  publish(change: Change): void
  subscribe(listener: Listener): () => void
  close(): Promise<void>
}

export const CHANNEL = 'linekeeper'
/** At most four wake-ups a second; the first after a pause goes out at once. */
const GAP_MS = 250
/** A payload holds 7,999 bytes. */
const NAMED = 150

export interface BusOptions {
  failed?(cause: unknown): void
}

/** Joins the bus. Own changes are told to own listeners at once, without the way through the database. */
export async function createBus(sql: Sql, options: BusOptions = {}): Promise<Bus> {
  const listeners = new Set<Listener>()
  const self = Bun.randomUUIDv7()
  const tell = (change: Change) => {
    for (const listener of listeners) listener(change)
  }
  const failed = options.failed ?? (() => {})
  const outbox = new Outbox(
    (change) => sql.notify(CHANNEL, JSON.stringify({ f: self, s: change.sessions, e: change.statusChanged, a: change.arrivedFrom })),
    failed,
  )
  const subscription = await sql.listen(
    CHANNEL,
    (payload) => {
      const change = readPayload(payload)
      if (change && change.from !== self) tell(change)
    },
    // Also after a lost connection: what was told meanwhile is lost, so everything may have moved.
    () => tell({ sessions: null, statusChanged: true, arrivedFrom: 0 }),
  )
  return {
    publish(change) {
      tell(change)
      outbox.add(change)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      outbox.close()
      listeners.clear()
      await subscription.unlisten().catch(failed)
    },
  }
}

/** Two changes as one. */
export function mergeChanges(a: Change | null, b: Change): Change {
  if (a === null) return b
  const sessions = a.sessions === null || b.sessions === null ? null : [...new Set([...a.sessions, ...b.sessions])]
  return { sessions, statusChanged: a.statusChanged || b.statusChanged, ...earlier(a.arrivedFrom, b.arrivedFrom) }
}

function earlier(a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY): Pick<Change, 'arrivedFrom'> {
  const arrivedFrom = Math.min(a, b)
  return Number.isFinite(arrivedFrom) ? { arrivedFrom } : {}
}

/** Collects changes and lets at most one go every GAP_MS. */
class Outbox {
  #sessions = new Set<string>()
  #isMany = false
  #statusChanged = false
  #arrivedFrom: Pick<Change, 'arrivedFrom'> = {}
  #pending = false
  #lastAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(
    private readonly send: (change: Change) => PromiseLike<unknown>,
    private readonly failed: (cause: unknown) => void,
  ) {}

  add(change: Change): void {
    if (change.sessions === null) this.#isMany = true
    else if (this.#sessions.size <= NAMED) for (const id of change.sessions) this.#sessions.add(id)
    this.#statusChanged ||= change.statusChanged
    this.#arrivedFrom = earlier(this.#arrivedFrom.arrivedFrom, change.arrivedFrom)
    this.#pending = true
    if (this.#timer === undefined && !this.#closed) this.#timer = setTimeout(() => this.#flush(), Math.max(0, this.#lastAt + GAP_MS - performance.now()))
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #flush(): void {
    this.#timer = undefined
    if (!this.#pending) return
    const isMany = this.#isMany || this.#sessions.size > NAMED
    const change: Change = { sessions: isMany ? null : [...this.#sessions], statusChanged: this.#statusChanged, ...this.#arrivedFrom }
    this.#sessions.clear()
    this.#arrivedFrom = {}
    this.#isMany = this.#statusChanged = this.#pending = false
    this.#lastAt = performance.now()
    // A lost wake-up costs other processes some liveliness, never the truth.
    Promise.resolve(this.send(change)).catch(this.failed)
  }
}

function readPayload(payload: string): (Change & { from: unknown }) | undefined {
  try {
    const { f, s, e, a } = JSON.parse(payload) as { f?: unknown; s?: unknown; e?: unknown; a?: unknown }
    const sessions = Array.isArray(s) ? s.filter((id): id is string => typeof id === 'string') : null
    return { from: f, sessions, statusChanged: e === true, ...(typeof a === 'number' && { arrivedFrom: a }) }
  } catch {
    // Somebody else's word on our channel.
    return undefined
  }
}
