import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import { sessionIdOf } from '../domain/id'
import { insertQuarantined } from '../store/quarantine'
import type { Entry } from './batch'
import { failureKind } from './failure'

type Kept = NonNullable<Entry['delivery']> & { source: { id: string }; name: string | null; reason: string }

/** Keeps authentic deliveries that cannot be decoded or stored, whole, until a person has looked at them. */
export class Quarantine {
  constructor(
    private readonly sql: Sql,
    private readonly noted: (count: number) => void = () => {},
  ) {}

  /** @throws AppError `unavailable` when the database is away: then it is kept nowhere. */
  async keep(kept: Kept): Promise<void> {
    try {
      await insertQuarantined(this.sql, { ...kept, sessionId: sessionIdOf(kept.source.id, kept.name ?? ''), sourceId: kept.source.id })
      this.noted(1)
    } catch (cause) {
      if (failureKind(cause) === 'retry') throw new AppError('unavailable', 'The database is away', { cause, retryAfterMs: 1_000 })
      throw cause
    }
  }

  /** An entry that Postgres refuses for its content: the delivery is kept, its events are not in the ledger. */
  async keepPoisoned(entry: Entry, cause: unknown): Promise<void> {
    if (!entry.delivery) throw cause
    const reason = `the database cannot store it: ${(cause as Error).message.slice(0, 200)}`
    await this.keep({ ...entry.delivery, source: { id: entry.session.sourceId }, name: entry.session.name, reason })
  }
}
