import { AppError } from '../domain/error'
import { isKnownKey } from '../store/ledger'
import { GaveUp } from '../store/pipeline'
import { isOvertaken } from '../store/session-writes'
import type { Entry } from './batch'
import type { Committed, Committer } from './commit'
import { failureKind, isOfSchema, isUniqueViolation } from './failure'
import type { Job } from './lane'
import type { Outage } from './outage'
import type { SessionCache } from './session-cache'
import { Streak } from './streak'

export interface RecoveryDeps {
  cache: SessionCache
  /** Told of every batch that was committed on the way. */
  committed?(committed: Committed, tookMs: number, entries: number): void
  /** One entry that the database refuses for its content, alone. Must keep it elsewhere, or throw. */
  poisoned?(entry: Entry, cause: unknown): Promise<void>
  /** So much was refused in a row that something is wrong with us, or with the schema. Told of the `isFirst` that shows it, and of each after it. */
  troubled?(cause: unknown, isFirst: boolean): void
  untroubled?(): void
  outage(): Outage | undefined
  /** Into the journal; settles the jobs. */
  divert(jobs: Job[]): void
  /** The connections of all lanes. */
  abandonAll(): void
  /** So long a write that failed because Postgres is away is tried again, before the journal takes it. */
  retryMs: number
}

const TRIES = 6
const OVERTAKEN_TRIES = 100
const RETRY_AFTER_MS = 1_000

/** Makes good what failed: tries again what may pass, parts what is refused from its neighbours, and knows when to stop. */
export class Recovery {
  readonly #streak: Streak
  #awaySince: number | undefined

  constructor(private readonly deps: RecoveryDeps) {
    this.#streak = new Streak({ refused: (cause, isFirst) => deps.troubled?.(cause, isFirst), ended: () => deps.untroubled?.() })
  }

  /** How long Postgres has been failing to take a write that is still being tried, in milliseconds; 0 when it is not. */
  get awayMs(): number {
    return this.#awaySince === undefined ? 0 : performance.now() - this.#awaySince
  }

  /** Something was stored. */
  stored(): void {
    this.#awaySince = undefined
    this.#streak.stored()
  }

  /**
   * @param isInDoubt an earlier try may have been committed although nobody heard of it.
   * @returns the jobs that are settled; the others are on their way into the journal.
   */
  async commit(lane: Committer, jobs: Job[], attempt = 1, isInDoubt = false): Promise<Job[]> {
    const startedAt = performance.now()
    try {
      const stored = isInDoubt ? await lane.findStored(jobs.map((job) => job.entry)) : new Set<Entry>()
      const missing = jobs.filter(({ entry }) => !stored.has(entry))
      settle(
        jobs.filter(({ entry }) => stored.has(entry)),
        undefined,
      )
      if (missing.length === 0) return jobs
      const committed = await lane.commit(missing.map((job) => job.entry))
      this.stored()
      settle(missing, committed)
      this.deps.committed?.(committed, performance.now() - startedAt, missing.length)
      return jobs
    } catch (cause) {
      return this.recover(lane, jobs, cause, attempt, isInDoubt)
    }
  }

  /** The same, for jobs whose batch failed. */
  async recover(lane: Committer, jobs: Job[], cause: unknown, attempt = 1, isInDoubt = false): Promise<Job[]> {
    for (const { entry } of jobs) this.deps.cache.forget(entry.sessionId)
    if (isOvertaken(cause) && attempt < OVERTAKEN_TRIES) {
      // Out of step with the other process: two that begin the same sessions cannot lock them, and must not keep overtaking each other.
      if (attempt > 1) await Bun.sleep(Math.random() * attempt)
      return this.commit(lane, jobs, attempt + 1, isInDoubt)
    }
    const kind = isOvertaken(cause) ? 'retry' : failureKind(cause)
    const outage = this.deps.outage()
    if (kind === 'away' && outage) return this.#retryOrDivert(outage, lane, jobs, cause, attempt)
    if ((kind === 'retry' || kind === 'away') && attempt < TRIES) {
      await Bun.sleep(50 * 2 ** attempt)
      return this.commit(lane, jobs, attempt + 1, true)
    }
    // Only an event that is there already breaks a unique key: nobody had asked, or the answer to an earlier try was lost after we had.
    if (isKnownKey(cause) || (isUniqueViolation(cause) && attempt < TRIES)) return this.commit(lane, jobs, attempt + 1, true)
    if ((kind === 'content' || kind === 'bug') && jobs.length > 1) {
      // One entry that cannot be stored must not take its neighbours along.
      const half = jobs.length >> 1
      return [...(await this.commit(lane, jobs.slice(0, half))), ...(await this.commit(lane, jobs.slice(half)))]
    }
    const [only] = jobs
    const isOurs = (kind === 'content' || isOfSchema(cause)) && this.#streak.refused(cause)
    if (kind === 'content' && !isOurs && only && this.deps.poisoned) await this.#setAside(only, cause)
    else for (const job of jobs) job.reject(kind === 'bug' ? cause : unavailable(kind, cause))
    return jobs
  }

  async #retryOrDivert(outage: Outage, lane: Committer, jobs: Job[], cause: unknown, attempt: number): Promise<Job[]> {
    this.#awaySince ??= performance.now()
    const isOver = cause instanceof GaveUp || performance.now() - this.#awaySince > this.deps.retryMs
    if (outage.gate === 'send' && !isOver) {
      await Bun.sleep(25 * 2 ** Math.min(attempt, 3))
      return this.commit(lane, jobs, attempt + 1, true)
    }
    outage.begin(cause)
    this.#awaySince = undefined
    // Theirs are the connections that are failing; what they have sent is asked for before it is sent again.
    this.deps.abandonAll()
    this.deps.divert(jobs)
    return []
  }

  async #setAside(job: Job, cause: unknown): Promise<void> {
    try {
      await this.deps.poisoned?.(job.entry, cause)
      job.resolve({ id: leadOf(job.entry), duplicate: false, quarantined: true })
    } catch (failure) {
      job.reject(failure)
    }
  }
}

/** @param committed undefined when an earlier try had been committed although its answer was lost. */
export function settle(jobs: Job[], committed: Committed | undefined): void {
  for (const { entry, resolve } of jobs) {
    const isNew = committed === undefined || entry.events.some((event) => committed.fresh.has(event.id))
    const lead = leadOf(entry)
    resolve({ id: isNew ? lead : (committed.first.get(lead) ?? lead), duplicate: !isNew })
  }
}

/** The event by which a delivery is known to its sender. */
export function leadOf({ events, delivery }: Entry): string {
  return events[0]?.id ?? (delivery?.id as string)
}

function unavailable(kind: string, cause: unknown): AppError {
  const message = kind === 'content' ? 'The database refuses everything: see the log of this server' : 'The database is away'
  return new AppError('unavailable', message, { cause, retryAfterMs: RETRY_AFTER_MS })
}
