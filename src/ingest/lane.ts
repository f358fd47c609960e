import type { Entry } from './batch'
import type { Committed, Committer } from './commit'
import type { Gate } from './outage'

/** What became of one entry: on disk now, or before. */
export interface Written {
  /** The event under which the ledger has it. */
  id: string
  duplicate: boolean
  /** Postgres refuses it for its content: it is kept for a person, and not in the ledger. */
  quarantined?: boolean
}

/** An entry, and who waits for it. */
export interface Job {
  entry: Entry
  bytes: number
  resolve(written: Written): void
  reject(cause: unknown): void
}

export interface LaneLimits {
  batchEntries: number
  batchBytes: number
  /** Batches that Postgres may have at once: one that it works on, the others waiting at its door. */
  ahead: number
  /** A batch is sent ahead of an answer only when it is at least so large: what a batch costs besides its rows must be worth it. */
  aheadEntries: number
}

export interface LaneHooks {
  /** May anything be sent? */
  gate(): Gate
  /** Keeps elsewhere what may not be sent. Settles every job; never throws. */
  divert(jobs: Job[]): void
  /** Settles every job; never throws. */
  committed(jobs: Job[], committed: Committed, tookMs: number): void
  /** Commits what must be alone. Settles every job; never throws. */
  alone(jobs: Job[]): Promise<void>
  /** Makes good a batch that failed. Settles every job; never throws. */
  failed(jobs: Job[], cause: unknown): Promise<void>
}

/**
 * One connection's share of the sessions. Batches follow each other without a gap: the next is folded on what the one before
 * will have made of its sessions, and sent before that is answered. Nothing waits for a timer.
 *
 * That is safe because a batch fails when one of its sessions is not where its fold began. After a failure nothing is sent until
 * all that is under way is answered, and what failed has been made good in the order of arrival.
 */
export class Lane {
  readonly #queue: Job[] = []
  readonly #failed: { jobs: Job[]; cause: unknown }[] = []
  #next: Job[] | undefined
  #underWay = 0
  #isHalted = false
  #isCatchingUp = false
  #isWoken = false
  #movedAt = 0

  constructor(
    private readonly committer: Committer,
    private readonly limits: LaneLimits,
    private readonly hooks: LaneHooks,
  ) {}

  /** How long nothing has been heard of what is under way, in milliseconds; 0 when nothing is. */
  get stillMs(): number {
    return this.#underWay > 0 || this.#isCatchingUp ? performance.now() - this.#movedAt : 0
  }

  push(job: Job): void {
    this.#queue.push(job)
    this.wake()
  }

  /** Looks again whether something may be sent. */
  wake(): void {
    if (this.#isWoken) return
    this.#isWoken = true
    // Not a microtask: everything that this turn of the event loop has read joins the batch.
    setImmediate(() => {
      this.#isWoken = false
      this.#send()
    })
  }

  #send(): void {
    while (!this.#isHalted && this.#mayTake()) {
      const gate = this.hooks.gate()
      if (gate === 'hold') return
      const jobs = this.#take()
      if (gate === 'divert') {
        this.hooks.divert(jobs)
        continue
      }
      const sent = this.#ahead(jobs)
      if (sent) void this.#await(jobs, sent)
      else {
        this.#next = jobs
        this.#isHalted = true
        void this.#catchUp()
      }
    }
  }

  #ahead(jobs: Job[]): Promise<Committed> | undefined {
    try {
      return this.committer.ahead(jobs.map((job) => job.entry))
    } catch {
      // One of them cannot be written out: alone, they are told apart.
      return undefined
    }
  }

  #mayTake(): boolean {
    if (this.#underWay === 0) return this.#queue.length > 0
    return this.#underWay < this.limits.ahead && this.#queue.length >= this.limits.aheadEntries
  }

  #take(): Job[] {
    let count = 0
    let bytes = 0
    for (const job of this.#queue) {
      if (count > 0 && (count === this.limits.batchEntries || bytes + job.bytes > this.limits.batchBytes)) break
      count++
      bytes += job.bytes
    }
    return this.#queue.splice(0, count)
  }

  async #await(jobs: Job[], sent: Promise<Committed>): Promise<void> {
    const startedAt = performance.now()
    if (this.#underWay++ === 0) this.#movedAt = startedAt
    const answer = await sent.then(
      (committed) => ({ committed }),
      (cause: unknown) => ({ cause }),
    )
    this.#underWay--
    this.#movedAt = performance.now()
    if ('cause' in answer) {
      this.#failed.push({ jobs, cause: answer.cause })
      this.#isHalted = true
    } else {
      // Before anybody is told: Postgres shall not wait for that.
      this.#send()
      this.hooks.committed(jobs, answer.committed, performance.now() - startedAt)
    }
    await this.#catchUp()
  }

  /** Once nothing is under way: what failed, then what must be alone, then on as before. */
  async #catchUp(): Promise<void> {
    if (!this.#isHalted || this.#isCatchingUp || this.#underWay > 0) return
    this.#isCatchingUp = true
    for (const { jobs, cause } of this.#failed.splice(0)) {
      this.#movedAt = performance.now()
      await this.hooks.failed(jobs, cause)
    }
    const next = this.#next
    this.#next = undefined
    this.#movedAt = performance.now()
    if (next) await this.hooks.alone(next)
    this.#isHalted = false
    this.#isCatchingUp = false
    this.#send()
  }
}
