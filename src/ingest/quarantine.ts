import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import { sessionIdOf } from '../domain/id'
import { insertQuarantined } from '../store/quarantine'
import type { Entry } from './batch'
import { failureKind } from './failure'

const TRIES = 6

type Kept = NonNullable<Entry['delivery']> & { source: { id: string }; name: string | null; reason: string }

/** Keeps authentic deliveries that cannot be decoded or stored, whole, until a person has looked at them. */
export class Quarantine {
  constructor(
    private readonly sql: Sql,
    private readonly noted: (count: number) => void = () => {},
  ) {}

  /**
   * Tries as long as the writer does: some senders never post again.
   * @throws AppError `unavailable` when the database stays away: then it is kept nowhere.
   */
  async keep(kept: Kept): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await insertQuarantined(this.sql, { ...kept, sessionId: sessionIdOf(kept.source.id, kept.name ?? ''), sourceId: kept.source.id })
        return this.noted(1)
      } catch (cause) {
        if (failureKind(cause) !== 'retry') throw cause
        if (attempt === TRIES) throw new AppError('unavailable', 'The database is away', { cause, retryAfterMs: 1_000 })
        await Bun.sleep(50 * 2 ** attempt)
      }
    }
  }

  /** An entry that Postgres refuses for its content: the delivery is kept, its events are not in the ledger. */
  async keepPoisoned(entry: Entry, cause: unknown): Promise<void> {
    if (!entry.delivery) throw cause
    const reason = `the database cannot store it: ${(cause as Error).message.slice(0, 200)}`
    await this.keep({ ...entry.delivery, source: { id: entry.session.sourceId }, name: entry.session.name, reason })
  }
}
