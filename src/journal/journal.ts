/**
 * The journal: takes records while Postgres is away, on disk before it says so, and gives them back in order. It knows nothing of
 * what they hold.
 */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../domain/error'
import { Appender } from './appender'
import { Folder } from './folder'
import type { JournalRecord } from './format'
import { DAMAGED, type Damage, type Held, isReadable, Shelf } from './shelf'

export type { Damage } from './shelf'

export interface JournalLimits {
  /** On disk, of all segments together; one group more may be written. */
  maxBytes: number
  segmentBytes: number
  /** Written and synced together at most. */
  groupBytes: number
}

export const JOURNAL_LIMITS: Omit<JournalLimits, 'maxBytes'> = { segmentBytes: 8 << 20, groupBytes: 16 << 20 }

export interface JournalHooks {
  /** The disk refused; told once, until it takes again. */
  refused?(cause: unknown): void
  /** Something is not as it was written. */
  damaged?(damage: Damage): void
  /** A folder of a later version was found, and left alone. */
  unreadable?(path: string): void
}

export interface JournalState {
  records: number
  bytes: number
  /** When the oldest record was appended; null when there is none. */
  oldestAt: number | null
}

/** Records to be worked on, oldest first. */
export interface Portion {
  records: JournalRecord[]
  /** The first so many of those that were left need not be given again. */
  markDone(count: number): Promise<void>
}

interface Waiting {
  at: number
  payload: Uint8Array
  resolve(): void
  reject(cause: unknown): void
}

const [RETRY_AFTER_MS, USUAL_BYTES] = [5_000, 64 << 10]

export class Journal {
  readonly #appender: Appender
  readonly #shelf: Shelf
  readonly #adopted = new Set<Folder>()
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #turn: Promise<void> = Promise.resolve()
  #isScheduled = false
  #isRefusing = false
  /** How long records may wait for others before they are synced together. */
  gatherMs = 0

  private constructor(
    private readonly root: string,
    private readonly own: Folder,
    private readonly limits: JournalLimits,
    private readonly hooks: JournalHooks,
  ) {
    this.#appender = new Appender(own, limits.segmentBytes)
    this.#shelf = new Shelf(root)
  }

  /** Makes a folder of its own below `root` and takes over those whose processes are gone. @throws what the disk says. */
  static async open(root: string, limits: JournalLimits, hooks: JournalHooks = {}): Promise<Journal> {
    await mkdir(root, { recursive: true, mode: 0o700 })
    const journal = new Journal(root, await Folder.create(root, Bun.randomUUIDv7()), limits, hooks)
    await journal.adopt()
    return journal
  }

  get state(): JournalState {
    const { open } = this.#appender
    const oldest = this.#shelf.first?.segment.firstAt ?? (open && open.records > 0 ? open.firstAt : this.#waiting[0]?.at)
    return {
      records: this.#shelf.records + (open?.records ?? 0) + this.#waiting.length,
      bytes: this.#shelf.bytes + (open?.bytes ?? 0),
      oldestAt: oldest ?? null,
    }
  }

  /** Would it take another record of the usual size, as far as it knows? */
  get isTaking(): boolean {
    return !this.#isRefusing && this.#bytes + USUAL_BYTES <= this.limits.maxBytes
  }

  get isEmpty(): boolean {
    return this.#shelf.first === undefined && this.#waiting.length === 0 && (this.#appender.open?.records ?? 0) === 0
  }

  /**
   * Resolves once the record is on disk. Records are kept in the order of the calls.
   * @throws AppError `unavailable` when the journal is full or the disk refuses: then the record is not kept.
   */
  append(payload: Uint8Array, at: number): Promise<void> {
    if (this.#bytes + payload.byteLength > this.limits.maxBytes) {
      return Promise.reject(new AppError('unavailable', 'The database is away and the journal is full', { retryAfterMs: RETRY_AFTER_MS }))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ at, payload, resolve, reject })
      this.#waitingBytes += payload.byteLength
      this.#schedule()
    })
  }

  /** Syncs what waits, without gathering any longer. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#writeAll())
  }

  /**
   * The oldest records that are not done, all of one segment; undefined when there are none.
   * @throws what the disk says.
   */
  async next(): Promise<Portion | undefined> {
    for (;;) {
      if (!this.#shelf.first) await this.#inTurn(() => this.#writeAll().then(() => this.#seal()))
      const held = this.#shelf.first
      if (!held) return undefined
      const isNew = !held.isChecked
      const records = await this.#shelf.read(held)
      if (isNew && held.damage) this.hooks.damaged?.(held.damage)
      if (records.length > 0) return { records, markDone: (count) => this.#markDone(held, count) }
      await this.#remove(held)
    }
  }

  /** Takes over the folders of processes that are gone. @returns whether anything was found in them. */
  async adopt(): Promise<boolean> {
    let found = false
    for (const name of (await readdir(this.root)).sort().reverse()) {
      const path = join(this.root, name)
      if (name === DAMAGED || path === this.own.path || [...this.#adopted].some((folder) => folder.path === path)) continue
      const folder = Folder.take(path)
      if (!folder) continue
      const segments = await folder.segments()
      const readable = await Promise.all(segments.map((segment) => isReadable(segment.path)))
      if (readable.includes(false)) {
        this.hooks.unreadable?.(path)
        await folder.release()
      } else if (segments.length === 0) await folder.release()
      else {
        this.#adopted.add(folder)
        await this.#shelf.adopt(folder)
        found = true
      }
    }
    return found
  }

  /** Syncs what waits. What is held stays for the next start. */
  async close(): Promise<void> {
    await this.flush()
    await this.#inTurn(() => this.#seal())
    for (const folder of [this.own, ...this.#adopted]) await folder.release()
  }

  get #bytes(): number {
    return this.#shelf.bytes + (this.#appender.open?.bytes ?? 0) + this.#waitingBytes
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const go = () => {
      this.#isScheduled = false
      void this.flush()
    }
    // Not a microtask: everything that this turn of the event loop has read is synced together.
    if (this.gatherMs > 0) setTimeout(go, this.gatherMs)
    else setImmediate(go)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.#turn.then(work)
    this.#turn = run.catch(() => {})
    return run
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeGroup(this.#take())
  }

  #take(): Waiting[] {
    let count = 0
    let bytes = 0
    for (const { payload } of this.#waiting) {
      if (count > 0 && bytes + payload.byteLength > this.limits.groupBytes) break
      count++
      bytes += payload.byteLength
    }
    return this.#waiting.slice(0, count)
  }

  /** Never throws: who waits is told. The group counts as waiting until then, so that the journal does not look empty meanwhile. */
  async #writeGroup(group: Waiting[]): Promise<void> {
    try {
      const full = await this.#appender.write(group)
      if (full) this.#shelf.add(this.own, full)
      this.#leave(group)
      this.#isRefusing = false
      for (const { resolve } of group) resolve()
    } catch (cause) {
      this.#leave(group)
      if (!this.#isRefusing) this.hooks.refused?.(cause)
      this.#isRefusing = true
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
      const told = new AppError('unavailable', `The database is away and the journal cannot be written (${code})`, { cause, retryAfterMs: RETRY_AFTER_MS })
      for (const { reject } of group) reject(told)
    }
  }

  #leave(group: Waiting[]): void {
    this.#waiting.splice(0, group.length)
    for (const { payload } of group) this.#waitingBytes -= payload.byteLength
  }

  async #seal(): Promise<void> {
    const sealed = await this.#appender.seal()
    if (sealed) this.#shelf.add(this.own, sealed)
  }

  async #markDone(held: Held, count: number): Promise<void> {
    held.done += count
    if (held.done >= held.segment.records) await this.#remove(held)
  }

  async #remove(held: Held): Promise<void> {
    await this.#shelf.remove(held)
    if (this.#adopted.has(held.folder) && !this.#shelf.has(held.folder)) {
      this.#adopted.delete(held.folder)
      await held.folder.release()
    }
  }
}
