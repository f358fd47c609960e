import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import type { Journal } from '../journal/journal'
import { Pipeline } from '../store/pipeline'
import type { Entry } from './batch'
import { Committer } from './commit'
import { encodeEntry } from './journal-records'
import { type Job, Lane, type LaneLimits, type Written } from './lane'
import type { Outage } from './outage'
import { leadOf, Recovery, type RecoveryDeps, settle } from './recovery'
import { SessionCache } from './session-cache'

export type { Written } from './lane'

export interface WriterLimits extends LaneLimits {
  /** Connections that write; a session always takes the same lane, so its events never overtake each other. */
  lanes: number
  backlogEntries: number
  backlogBytes: number
  /** So long a batch is waited for; then its entries go to the journal. */
  patienceMs: number
  /** So long a write that failed because Postgres is away is tried again; then it goes there too. */
  retryMs: number
}

export const WRITER_LIMITS: WriterLimits = {
  lanes: 1,
  batchEntries: 256,
  batchBytes: 4 << 20,
  ahead: 3,
  aheadEntries: 20,
  backlogEntries: 20_000,
  backlogBytes: 128 << 20,
  patienceMs: 4_000,
  retryMs: 750,
}

export type WriterHooks = Pick<RecoveryDeps, 'committed' | 'poisoned' | 'troubled' | 'untroubled'>

/** Where entries go while Postgres is away. */
export interface Shelter {
  journal: Journal
  outage: Outage
}

const WATCH_EVERY_MS = 200
const RETRY_AFTER_MS = 1_000

/**
 * Group commit: entries that arrive while commits are under way are written together by the next one. A caller is told only
 * after its own batch is on disk.
 */
export class Writer {
  readonly cache = new SessionCache()
  readonly #lanes: Lane[]
  readonly #pipelines: Pipeline[]
  readonly #recovery: Recovery
  #shelter: Shelter | undefined
  #watch: ReturnType<typeof setInterval> | undefined
  #entries = 0
  #bytes = 0
  #idle: (() => void)[] = []

  constructor(
    sql: Sql,
    now: () => Instant,
    private readonly hooks: WriterHooks = {},
    private readonly limits: WriterLimits = WRITER_LIMITS,
  ) {
    this.#pipelines = Array.from({ length: limits.lanes }, () => new Pipeline(sql))
    this.#lanes = this.#pipelines.map((pipeline) => this.#laneOn(new Committer(pipeline, this.cache, now)))
    this.#recovery = new Recovery({
      ...hooks,
      cache: this.cache,
      retryMs: limits.retryMs,
      outage: () => this.#shelter?.outage,
      divert: (jobs) => this.#divert(jobs),
      abandonAll: () => this.#pipelines.forEach((pipeline) => void pipeline.abandon()),
    })
  }

  /** From now on nobody waits for a Postgres that is away. Without it, its absence is told to whoever waits. */
  shelter(shelter: Shelter): void {
    this.#shelter = shelter
    this.#watch = setInterval(() => this.#giveUpLate(), WATCH_EVERY_MS)
  }

  /** Lets the lanes look again at what the outage says. */
  wake(): void {
    for (const lane of this.#lanes) lane.wake()
  }

  /** Is something of what was acknowledged not in the ledger yet? */
  get isBehind(): boolean {
    return this.#gate !== 'send'
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
    clearInterval(this.#watch)
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
      gate: () => this.#gate,
      divert: (jobs) => this.#divert(jobs),
      committed: (jobs, committed, tookMs) => {
        this.#recovery.stored()
        settle(jobs, committed)
        this.#done(jobs)
        this.hooks.committed?.(committed, tookMs, jobs.length)
      },
      alone: async (jobs) => {
        if (this.#gate !== 'send') return this.#divert(jobs)
        this.#done(await this.#recovery.commit(committer, jobs))
      },
      failed: async (jobs, cause) => this.#done(await this.#recovery.recover(committer, jobs, cause)),
    })
  }

  get #gate(): Outage['gate'] {
    return this.#shelter?.outage.gate ?? 'send'
  }

  #giveUpLate(): void {
    const { patienceMs, retryMs } = this.limits
    const patience = this.#recovery.awayMs > retryMs ? retryMs : patienceMs
    this.#lanes.forEach((lane, nth) => {
      if (lane.stillMs > patience) this.#pipelines[nth]?.abandon()
    })
  }

  /** In the order of the calls; the journal keeps it. */
  #divert(jobs: Job[]): void {
    for (const job of jobs) {
      const { entry, resolve, reject } = job
      const kept = this.#shelter?.journal.append(encodeEntry(entry), entry.receivedAt)
      kept?.then(() => resolve({ id: leadOf(entry), duplicate: false }), reject).finally(() => this.#done([job]))
    }
  }

  #done(jobs: Job[]): void {
    for (const job of jobs) {
      this.#entries--
      this.#bytes -= job.bytes
    }
    if (this.#entries === 0) for (const done of this.#idle.splice(0)) done()
  }
}
