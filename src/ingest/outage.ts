import type { Journal } from '../journal/journal'
import type { Drain } from './drain'
import { failureKind } from './failure'

/** What the lanes do with what they have: send it to Postgres, give it to the journal, or keep it for a moment. */
export type Gate = 'send' | 'divert' | 'hold'

export interface OutageHooks {
  began?(cause: unknown): void
  /** The database takes writes again: what the journal holds is written now. */
  draining?(records: number): void
  /** The journal is empty; everything goes its usual way. */
  ended?(awayMs: number, records: number): void
  /** Something other than the database's absence keeps the journal from being emptied. */
  stuck?(cause: unknown): void
}

export interface OutageDeps {
  journal: Journal
  /** Made for one outage, on a connection of its own. */
  openDrain(): Drain
  /** Told whenever the lanes may do something again. */
  gateMoved(): void
  /** Starts the database again where that is ours to do, and it is not running. */
  revive(): Promise<void>
  /** What is remembered of them may never have been stored. */
  forgetSessions(): void
  hooks: OutageHooks
}

/** With so little left, what arrives waits until that is written too: otherwise the journal would never be empty under load. */
const HANDOVER_RECORDS = 500
const HANDOVER_BYTES = 4 << 20
/** Not longer than this. */
const HOLD_MS = 1_000
/** While it is emptied, the journal syncs at most this often: so those who post as soon as they are answered cannot outrun the drain. */
const GATHER_MS = 50
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
const ADOPT_EVERY_MS = 30_000

/** The time from the first write that Postgres would not take until all that was taken meanwhile is in it. */
export class Outage {
  #gate: Gate = 'send'
  #running: Promise<void> | undefined
  #drain: Drain | undefined
  #isDraining = false
  #isClosing = false
  #wake: () => void = () => {}
  #holdingSince = 0
  readonly #adopting: ReturnType<typeof setInterval>

  constructor(private readonly deps: OutageDeps) {
    this.#adopting = setInterval(() => void this.#adopt(), ADOPT_EVERY_MS)
    this.#adopting.unref()
    // Left behind by a server that was killed or stopped meanwhile: first of all, and before anything newer.
    if (!deps.journal.isEmpty) this.#start()
  }

  get gate(): Gate {
    return this.#gate
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  /** Postgres took no write for as long as somebody can be kept waiting. */
  begin(cause: unknown): void {
    if (this.#gate === 'divert') return
    this.deps.hooks.began?.(cause)
    this.#start()
  }

  /** Gives a drain that is under way a moment to end; what is left stays on disk for the next start. */
  async close(withinMs = 3_000): Promise<void> {
    clearInterval(this.#adopting)
    if (this.#isDraining) await Promise.race([this.#running, Bun.sleep(withinMs)])
    this.#isClosing = true
    this.#drain?.abandon()
    this.#wake()
    await this.#running
    await this.deps.journal.close()
  }

  #start(): void {
    this.#gate = 'divert'
    this.#running ??= this.#runAll()
  }

  async #runAll(): Promise<void> {
    // It may begin anew while the last of it is still being cleared away.
    while (!this.#isClosing && this.#gate !== 'send') await this.#run()
    this.#running = undefined
  }

  async #run(): Promise<void> {
    const drain = (this.#drain = this.deps.openDrain())
    const startedAt = performance.now()
    let records = 0
    try {
      for (let pauseMs = FIRST_PAUSE_MS; !this.#isClosing; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        try {
          await drain.probe()
          this.deps.forgetSessions()
          this.#setDraining(true)
          this.deps.hooks.draining?.(this.deps.journal.state.records)
          for (let done = -1; done !== 0; records += Math.max(0, done)) done = await this.#step(drain)
          if (this.#gate === 'send') return this.deps.hooks.ended?.(performance.now() - startedAt, records)
        } catch (cause) {
          if (failureKind(cause) !== 'away' && !this.#isClosing) this.deps.hooks.stuck?.(cause)
          if (failureKind(cause) === 'away' && !this.#isClosing) await this.deps.revive().catch(() => {})
        }
        this.#setDraining(false)
        this.#gate = 'divert'
        this.deps.gateMoved()
        await this.#pause(pauseMs)
      }
    } finally {
      await drain.close().catch(() => {})
    }
  }

  /** Empties a little of the journal. @returns how many records; 0 at the end, when the gate is open or the server is closing. */
  async #step(drain: Drain): Promise<number> {
    const { journal } = this.deps
    if (this.#isClosing) return 0
    this.#mayHold()
    const portion = await journal.next()
    if (!portion) {
      // In one breath with the look: nothing can slip into the journal behind it.
      if (!journal.isEmpty) return -1
      this.#setDraining(false)
      this.#gate = 'send'
      this.deps.gateMoved()
      return 0
    }
    const done = await drain.writeSome(portion.records.map(({ payload }) => payload))
    await portion.markDone(done)
    return done
  }

  #mayHold(): void {
    const { records, bytes } = this.deps.journal.state
    const isNearlyEmpty = records <= HANDOVER_RECORDS && bytes <= HANDOVER_BYTES
    if (this.#gate === 'divert' && isNearlyEmpty) {
      this.#gate = 'hold'
      this.#holdingSince = performance.now()
    } else if (this.#gate === 'hold' && performance.now() - this.#holdingSince > HOLD_MS) {
      this.#gate = 'divert'
      this.deps.gateMoved()
    }
  }

  #setDraining(isDraining: boolean): void {
    this.#isDraining = isDraining
    this.deps.journal.gatherMs = isDraining ? GATHER_MS : 0
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isClosing) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = setTimeout(resolve, ms)
    await promise
    clearTimeout(timer)
  }

  async #adopt(): Promise<void> {
    const isFound = await this.deps.journal.adopt().catch(() => false)
    if (isFound && !this.#isClosing) this.#start()
  }
}
