import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { MINUTE_MS } from '../domain/time'
import type { Refusal } from '../signing/scheme'
import { upsertRejections } from '../store/rejections'
import { failureKind } from './failure'

const FLUSH_MS = 1_000
/** An attacker chooses addresses and names: beyond this many different ones a minute they are counted together. */
const DISTINCT = 500
const MOST_WAITING = 5_000

export interface Rejected {
  sourceId: string | null
  slug: string | null
  session: string | null
  address: string
  code: Refusal['code'] | 'unknown_source' | 'too_large' | 'rate_limited'
  message: string
}

/** The list of refused deliveries: alike ones of one minute are one row with a count, written once a second. */
export class Rejections {
  #pending = new Map<string, Rejected & { at: Instant; times: number }>()
  /** Those of this minute: a row each. */
  #told = new Set<string>()
  #minute = 0
  #timer: ReturnType<typeof setInterval>

  constructor(
    private readonly sql: Sql,
    private readonly now: () => Instant,
    private readonly failed: (cause: unknown) => void = () => {},
    /** New ones can be read. */
    private readonly told: () => void = () => {},
  ) {
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS)
    this.#timer.unref()
  }

  note(rejected: Rejected): void {
    const row = this.#mayBeTold(rejected) ? rejected : { ...rejected, session: null, address: 'many' }
    const identity = identityOf(row)
    const known = this.#pending.get(identity)
    if (known) {
      known.times++
      known.at = this.now()
    } else this.#pending.set(identity, { ...row, at: this.now(), times: 1 })
  }

  #mayBeTold(rejected: Rejected): boolean {
    const minute = Math.floor(this.now() / MINUTE_MS)
    if (minute !== this.#minute) this.#told.clear()
    this.#minute = minute
    const identity = identityOf(rejected)
    if (this.#told.size < DISTINCT) this.#told.add(identity)
    return this.#told.has(identity)
  }

  async flush(): Promise<void> {
    if (this.#pending.size === 0) return
    const rows = [...this.#pending.values()]
    this.#pending = new Map()
    await upsertRejections(this.sql, rows).then(this.told, (cause) => this.#putBack(rows, cause))
  }

  /** While Postgres is away they wait in memory; a kill loses the notes of refusals, never a delivery. */
  #putBack(rows: (Rejected & { at: Instant; times: number })[], cause: unknown): void {
    if (failureKind(cause) !== 'away') {
      this.failed(cause)
      return
    }
    for (const row of rows) {
      const newer = this.#pending.get(identityOf(row))
      if (newer) newer.times += row.times
      else if (this.#pending.size < MOST_WAITING) this.#pending.set(identityOf(row), row)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }
}

function identityOf({ slug, session, address, code, message }: Rejected): string {
  return [slug, session, address, code, message].join('\n')
}
