import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import { isLive } from '../domain/rotation'
import { addUses } from './secrets'
import { DEFAULT_SLUG, listSources, type Source } from './sources'
import type { Vault } from './vault'

const REFRESH_MS = 5_000

/**
 * The sources as the hot path sees them: in memory, with live secrets only, read again every 5 s (other instances change
 * them too) and at once after a change of our own. While the database is away, what was known goes on to count.
 */
export class SourceBook {
  #sources = new Map<string, Source>()
  #uses = new Map<string, { times: number; firstAt: Instant; lastAt: Instant }>()
  #turn: Promise<void> = Promise.resolve()
  readonly #timer: Timer

  private constructor(
    private readonly sql: Sql,
    readonly vault: Vault,
    private readonly now: () => Instant,
  ) {
    this.#timer = setInterval(() => void this.refresh().catch(() => {}), REFRESH_MS)
    this.#timer.unref()
  }

  /** @throws AppError `unavailable` when a secret cannot be opened with this key. */
  static async load(sql: Sql, vault: Vault, now: () => Instant): Promise<SourceBook> {
    const book = new SourceBook(sql, vault, now)
    try {
      await book.refresh()
    } catch (cause) {
      clearInterval(book.#timer)
      throw cause
    }
    return book
  }

  find(slug: string): Source | undefined {
    return this.#sources.get(slug)
  }

  default(): Source {
    const source = this.#sources.get(DEFAULT_SLUG)
    if (!source) throw new AppError('unavailable', 'The default source is missing: start the server once to create it')
    return source
  }

  list(): Source[] {
    return [...this.#sources.values()]
  }

  /** Counts in memory: the hot path pays no statement for it. A kill loses at most 5 s of counting. */
  noteUse(secretId: string): void {
    const use = this.#uses.get(secretId)
    const now = this.now()
    if (use) {
      use.times++
      use.lastAt = now
    } else {
      this.#uses.set(secretId, { times: 1, firstAt: now, lastAt: now })
    }
  }

  /** Writes the uses and reads everything anew. One that is asked for after a change sees that change. */
  refresh(): Promise<void> {
    const run = this.#turn.then(() => this.#readAgain())
    this.#turn = run.catch(() => {})
    return run
  }

  /** Stops refreshing and writes the last uses. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#turn
    await this.#flushUses().catch(() => {})
  }

  async #readAgain(): Promise<void> {
    await this.#flushUses()
    const sources = await listSources(this.sql, this.vault)
    const now = this.now()
    this.#sources = new Map(sources.map((source) => [source.slug, { ...source, secrets: source.secrets.filter((secret) => isLive(secret, now)) }]))
  }

  async #flushUses(): Promise<void> {
    const uses = this.#uses
    if (uses.size === 0) return
    this.#uses = new Map()
    try {
      await addUses(
        this.sql,
        [...uses].map(([id, use]) => ({ id, ...use })),
      )
    } catch (cause) {
      for (const [id, use] of uses) {
        const since = this.#uses.get(id)
        this.#uses.set(id, { times: use.times + (since?.times ?? 0), firstAt: use.firstAt, lastAt: since?.lastAt ?? use.lastAt })
      }
      throw cause
    }
  }
}
