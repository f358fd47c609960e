import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import { sessionIdOf } from '../domain/id'
import { insertQuarantined, type Quarantined } from '../store/quarantine'
import type { Entry } from './batch'
import { failureKind } from './failure'
import { encodeQuarantined } from './journal-records'
import type { Shelter } from './writer'

type Kept = NonNullable<Entry['delivery']> & { source: { id: string }; name: string | null; reason: string }

/** Who posted it is waiting. */
const PATIENCE_MS = 2_000

/** Keeps authentic deliveries that cannot be decoded or stored, whole, until a person has looked at them. */
export class Quarantine {
  #shelter: Shelter | undefined

  constructor(
    private readonly sql: Sql,
    private readonly noted: (count: number) => void = () => {},
  ) {}

  /** From now on the journal takes them while Postgres is away. */
  shelter(shelter: Shelter): void {
    this.#shelter = shelter
  }

  /** @throws AppError `unavailable` when it can be kept neither in the database nor in the journal. */
  async keep(kept: Kept): Promise<void> {
    const { source, ...rest } = kept
    const quarantined = { ...rest, sessionId: sessionIdOf(source.id, kept.name ?? ''), sourceId: source.id }
    if (this.#shelter?.outage.gate === 'divert') await this.#keepInJournal(this.#shelter, quarantined)
    else await this.#insert(quarantined)
    this.noted(1)
  }

  /** An entry that Postgres refuses for its content: the delivery is kept, its events are not in the ledger. */
  async keepPoisoned(entry: Entry, cause: unknown): Promise<void> {
    if (!entry.delivery) throw cause
    const reason = `the database cannot store it: ${(cause as Error).message.slice(0, 200)}`
    await this.keep({ ...entry.delivery, source: { id: entry.session.sourceId }, name: entry.session.name, reason })
  }

  async #insert(quarantined: Quarantined): Promise<void> {
    try {
      await Promise.race([insertQuarantined(this.sql, quarantined), slow()])
    } catch (cause) {
      if (failureKind(cause) !== 'away') throw cause
      if (!this.#shelter) throw new AppError('unavailable', 'The database is away', { cause, retryAfterMs: 1_000 })
      // Should the database have it after all: the drain keeps it once.
      this.#shelter.outage.begin(cause)
      await this.#keepInJournal(this.#shelter, quarantined)
    }
  }

  #keepInJournal({ journal }: Shelter, quarantined: Quarantined): Promise<void> {
    return journal.append(encodeQuarantined(quarantined), quarantined.receivedAt)
  }
}

async function slow(): Promise<never> {
  await Bun.sleep(PATIENCE_MS)
  throw Object.assign(new Error('The database did not answer in time'), { code: 'CONNECT_TIMEOUT' })
}
