import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { DAY_MS } from '../domain/time'
import { isKnownKey } from '../store/ledger'
import { ensurePartitions, startOfDay } from '../store/partitions'
import { Pipeline } from '../store/pipeline'
import { insertQuarantined } from '../store/quarantine'
import { isOvertaken } from '../store/session-writes'
import { findStored } from '../store/stored'
import type { Entry } from './batch'
import { type Committed, Committer } from './commit'
import { failureKind, isOfSchema, isTooSlow, isUniqueViolation } from './failure'
import { decodeJournalled, type Journalled } from './journal-records'
import type { SessionCache } from './session-cache'
import { TOO_MANY } from './streak'

export interface DrainDeps {
  sql: Sql
  cache: SessionCache
  now(): Instant
  committed(committed: Committed, tookMs: number, entries: number): void
  /** An entry that Postgres refuses although it is alone; must keep it elsewhere, or throw. */
  setAside(entry: Entry, cause: unknown): Promise<void>
}

const TRIES = 6
const OVERTAKEN_TRIES = 100
const MOST_ENTRIES = 512
const MOST_BYTES = 4 << 20
const PATIENCE_MS = 5_000
/** So often in a row may one entry alone take too long before it is taken for what is wrong. */
const SLOW_TRIES = 5

/**
 * Writes what the journal held. It may be told the same twice, and what it is told may have been stored before: by a batch whose answer
 * was lost, or by a drain that was killed. So it asks, each time, what is there.
 */
export class Drain {
  readonly #pipeline: Pipeline
  readonly #committer: Committer
  #most = MOST_ENTRIES
  #slowTimes = 0
  /** Of the batch that is being written. */
  #refused: { entry: Entry; cause: unknown }[] = []
  #isAnyStored = false
  /** Days before yesterday that have their partitions. */
  readonly #olderDays = new Set<Instant>()

  constructor(private readonly deps: DrainDeps) {
    this.#pipeline = new Pipeline(deps.sql)
    this.#committer = new Committer(this.#pipeline, deps.cache, deps.now)
  }

  /** @throws what failureKind() calls `away` when Postgres would take no write. */
  async probe(): Promise<void> {
    const [row] = await this.#patiently(() =>
      this.#pipeline.transaction(async (tx) => ({ result: await tx.unsafe<{ readOnly: boolean }[]>(IS_READ_ONLY), last: [] })),
    )
    if (row?.readOnly) throw Object.assign(new Error('The database is read-only'), { code: '25006' })
  }

  /**
   * Writes some of the first records. @returns how many of them are done with: in the ledger, or set aside.
   * @throws what made it stop; what was asked for is done in parts then, or not at all.
   */
  async writeSome(payloads: readonly Uint8Array[]): Promise<number> {
    const batch = this.#take(payloads)
    try {
      await this.#patiently(() => this.#writeMixed(batch))
      this.#most = Math.min(MOST_ENTRIES, this.#most * 2)
      this.#slowTimes = 0
      return batch.length
    } catch (cause) {
      if (!isTooSlow(cause)) throw cause
      this.#most = Math.max(1, this.#most >> 2)
      if (batch.length > 1 || ++this.#slowTimes < SLOW_TRIES) throw cause
      this.#slowTimes = 0
      for (const one of batch) if (one.kind === 'entry') await this.deps.setAside(one.entry, cause)
      return batch.length
    }
  }

  /** Whatever is under way fails now; what became of it is asked next time. */
  abandon(): void {
    this.#pipeline.abandon()
  }

  close(): Promise<void> {
    return this.#pipeline.close()
  }

  #take(payloads: readonly Uint8Array[]): Journalled[] {
    const batch: Journalled[] = []
    let bytes = 0
    for (const payload of payloads) {
      bytes += payload.byteLength
      if (batch.length > 0 && (batch.length >= this.#most || bytes > MOST_BYTES)) break
      batch.push(decodeJournalled(payload))
    }
    return batch
  }

  async #writeMixed(batch: Journalled[]): Promise<void> {
    for (const one of batch) if (one.kind === 'quarantined') await this.#single((tx) => insertQuarantined(tx, one.quarantined))
    const entries = batch.flatMap((one) => (one.kind === 'entry' ? [one.entry] : []))
    if (entries.length === 0) return
    this.#refused = []
    this.#isAnyStored = false
    await this.#makeRoom(entries)
    await this.#write(entries)
    // Nobody waits for these who could send them again: poison is set aside, but not everything.
    if (this.#refused.length >= TOO_MANY && !this.#isAnyStored) throw this.#refused[0]?.cause
    for (const { entry, cause } of this.#refused) await this.deps.setAside(entry, cause)
  }

  /** Retention may have dropped the day on which they came: they get it back, and go with it next time. */
  async #makeRoom(entries: readonly Entry[]): Promise<void> {
    const today = startOfDay(this.deps.now())
    const days = new Set(entries.map(({ receivedAt }) => startOfDay(receivedAt)))
    const missing = [...days].filter((day) => day < today - DAY_MS && !this.#olderDays.has(day))
    if (missing.length === 0) return
    const counted = missing.map((day) => (day - today) / DAY_MS)
    await ensurePartitions(this.deps.sql, today, counted)
    for (const day of missing) this.#olderDays.add(day)
  }

  async #write(entries: Entry[], attempt = 1): Promise<void> {
    const startedAt = performance.now()
    try {
      const stored = await this.#single((tx) => findStored(tx, entries))
      const missing = entries.filter((entry) => !stored.has(entry))
      if (missing.length === 0) return
      const committed = await this.#committer.commit(missing)
      this.#isAnyStored = true
      this.deps.committed(committed, performance.now() - startedAt, missing.length)
    } catch (cause) {
      for (const { sessionId } of entries) this.deps.cache.forget(sessionId)
      await this.#recover(entries, cause, attempt)
    }
  }

  async #recover(entries: Entry[], cause: unknown, attempt: number): Promise<void> {
    if (isOvertaken(cause) && attempt < OVERTAKEN_TRIES) {
      await Bun.sleep(Math.random() * attempt)
      return this.#write(entries, attempt + 1)
    }
    const kind = isOvertaken(cause) ? 'retry' : failureKind(cause)
    if (kind === 'away' || isOfSchema(cause)) throw cause
    if (isKnownKey(cause) || ((kind === 'retry' || isUniqueViolation(cause)) && attempt < TRIES)) {
      await Bun.sleep(10 * 2 ** Math.min(attempt, TRIES))
      return this.#write(entries, attempt + 1)
    }
    if (entries.length > 1) {
      const half = entries.length >> 1
      await this.#write(entries.slice(0, half))
      return this.#write(entries.slice(half))
    }
    if (kind === 'retry') throw cause
    this.#refused.push({ entry: entries[0] as Entry, cause })
  }

  #single<T>(work: (tx: Parameters<Parameters<Pipeline['transaction']>[0]>[0]) => Promise<T>): Promise<T> {
    return this.#pipeline.transaction(async (tx) => ({ result: await work(tx), last: [] }))
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#pipeline.abandon(), PATIENCE_MS)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
    }
  }
}

const IS_READ_ONLY = `select current_setting('transaction_read_only') = 'on' or pg_is_in_recovery() as "readOnly"`
