import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import { areStored } from '../store/ledger'
import { Pipeline } from '../store/pipeline'
import { isOvertaken } from '../store/session-writes'
import type { Entry } from './batch'
import { type Committed, Committer } from './commit'
import { failureKind, isUniqueViolation } from './failure'
import { type Job, Lane, type LaneLimits, type Written } from './lane'
import { SessionCache } from './session-cache'

export type { Written } from './lane'

export interface WriterLimits extends LaneLimits {
  /** Connections that write; a session always takes the same lane, so its events never overtake each other. */
  lanes: number
  backlogEntries: number
  backlogBytes: number
}

export const WRITER_LIMITS: WriterLimits = {
  lanes: 1,
  batchEntries: 256,
  batchBytes: 4 << 20,
  ahead: 2,
  aheadEntries: 24,
  backlogEntries: 20_000,
  backlogBytes: 128 << 20,
}

export interface WriterHooks {
  committed?(committed: Committed, tookMs: number, entries: number): void
  /** One entry that the database refuses for its content, alone. Must keep it elsewhere, or throw. */
  poisoned?(entry: Entry, cause: unknown): Promise<void>
}

const TRIES = 6
const OVERTAKEN_TRIES = 100
const RETRY_AFTER_MS = 1_000

/**
 * Group commit: entries that arrive while commits are under way are written together by the next one. A caller is told only
 * after its own batch is on disk.
 */
export class Writer {
  readonly cache = new SessionCache()
  readonly #lanes: Lane[]
  readonly #pipelines: Pipeline[]
  #entries = 0
  #bytes = 0
  #idle: (() => void)[] = []

  constructor(
    private readonly sql: Sql,
    private readonly now: () => Instant,
    private readonly hooks: WriterHooks = {},
    private readonly limits: WriterLimits = WRITER_LIMITS,
  ) {
    this.#pipelines = Array.from({ length: limits.lanes }, () => new Pipeline(sql))
    this.#lanes = this.#pipelines.map((pipeline) => this.#laneOn(new Committer(pipeline, this.cache, now)))
  }

  get backlog(): { entries: number; bytes: number } {
    return { entries: this.#entries, bytes: this.#bytes }
  }

  /**
   * Resolves once the entry is committed.
   * @throws AppError `unavailable` when the backlog is full or the database stays away: nothing was kept.
   */
  append(entry: Entry): Promise<Written> {
    const bytes = (entry.delivery?.body.byteLength ?? 0) + 512
    const { backlogEntries, backlogBytes } = this.limits
    if (this.#entries >= backlogEntries || (this.#entries > 0 && this.#bytes + bytes > backlogBytes)) {
      return Promise.reject(new AppError('unavailable', 'The backlog is full', { retryAfterMs: RETRY_AFTER_MS }))
    }
    this.#entries++
    this.#bytes += bytes
    return new Promise((resolve, reject) => this.#laneOf(entry.sessionId).push({ entry, bytes, resolve, reject }))
  }

  /** Resolves when everything taken has been answered, and gives the connections back. */
  async close(): Promise<void> {
    await this.drain()
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.close()))
  }

  /** Resolves when everything taken has been answered. */
  async drain(): Promise<void> {
    if (this.#entries === 0) return
    await new Promise<void>((done) => this.#idle.push(done))
  }

  #laneOf(sessionId: string): Lane {
    return this.#lanes[Number.parseInt(sessionId.slice(0, 4), 16) % this.limits.lanes] as Lane
  }

  #laneOn(committer: Committer): Lane {
    return new Lane(committer, this.limits, {
      committed: (jobs, committed, tookMs) => {
        settle(jobs, committed)
        this.#done(jobs)
        this.hooks.committed?.(committed, tookMs, jobs.length)
      },
      alone: async (jobs) => {
        await this.#commit(committer, jobs)
        this.#done(jobs)
      },
      failed: async (jobs, cause) => {
        this.#forget(jobs)
        await this.#recover(committer, jobs, cause, 1)
        this.#done(jobs)
      },
    })
  }

  #done(jobs: Job[]): void {
    for (const job of jobs) {
      this.#entries--
      this.#bytes -= job.bytes
    }
    if (this.#entries === 0) for (const done of this.#idle.splice(0)) done()
  }

  #forget(jobs: Job[]): void {
    for (const { entry } of jobs) this.cache.forget(entry.sessionId)
  }

  async #commit(lane: Committer, jobs: Job[], attempt = 1): Promise<void> {
    const entries = jobs.map((job) => job.entry)
    const startedAt = performance.now()
    try {
      if (attempt > 1 && (await areStored(this.sql, entries))) return settle(jobs, undefined)
      const committed = await lane.commit(entries)
      settle(jobs, committed)
      this.hooks.committed?.(committed, performance.now() - startedAt, entries.length)
    } catch (cause) {
      this.#forget(jobs)
      await this.#recover(lane, jobs, cause, attempt)
    }
  }

  async #recover(lane: Committer, jobs: Job[], cause: unknown, attempt: number): Promise<void> {
    if (isOvertaken(cause) && attempt < OVERTAKEN_TRIES) {
      // Out of step with the other process, so that the two do not keep overtaking each other.
      await Bun.sleep(Math.random() * attempt)
      return this.#commit(lane, jobs, attempt + 1)
    }
    const kind = isOvertaken(cause) ? 'retry' : failureKind(cause)
    if (kind === 'retry' && attempt < TRIES) {
      await Bun.sleep(50 * 2 ** attempt)
      return this.#commit(lane, jobs, attempt + 1)
    }
    // Only an event that is there already breaks a unique key: the answer to an earlier try was lost after we had asked.
    if (isUniqueViolation(cause) && attempt < TRIES) return this.#commit(lane, jobs, attempt + 1)
    if (kind === 'content' && jobs.length > 1) {
      // One entry that Postgres cannot store must not take its neighbours along.
      const half = jobs.length >> 1
      await this.#commit(lane, jobs.slice(0, half))
      return this.#commit(lane, jobs.slice(half))
    }
    const [only] = jobs
    if (kind === 'content' && only && this.hooks.poisoned) return this.#setAside(only, cause)
    const told = kind === 'retry' ? new AppError('unavailable', 'The database is away', { cause, retryAfterMs: RETRY_AFTER_MS }) : cause
    for (const job of jobs) job.reject(told)
  }

  async #setAside(job: Job, cause: unknown): Promise<void> {
    try {
      await this.hooks.poisoned?.(job.entry, cause)
      job.resolve({ id: job.entry.delivery?.id ?? (job.entry.events[0]?.id as string), duplicate: false })
    } catch (failure) {
      job.reject(failure)
    }
  }
}

/** @param committed undefined when an earlier try had been committed although its answer was lost. */
function settle(jobs: Job[], committed: Committed | undefined): void {
  for (const { entry, resolve } of jobs) {
    const isNew = committed === undefined || entry.events.some((event) => committed.fresh.has(event.id))
    const lead = entry.events[0]?.id ?? (entry.delivery?.id as string)
    resolve({ id: isNew ? lead : (committed.first.get(lead) ?? lead), duplicate: !isNew })
  }
}
