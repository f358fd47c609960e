import type { Instant } from '../domain/event'
import type { Database } from '../store/database'
import { countPendingMigrations } from '../store/migrate'
import { type Shelter, WRITER_LIMITS, type Writer, type WriterHooks } from './writer'

export interface Readiness {
  /** Why it would not; empty when it would. */
  reasons: string[]
  /** What is wrong although deliveries are kept. */
  warnings: string[]
  /** Entries that wait for an answer. */
  backlog: number
  /** Deliveries in the journal. */
  journal: number
}

export interface ReadinessDeps {
  database: Pick<Database, 'read'>
  writer: Pick<Writer, 'backlog'>
  shelter(): Shelter | undefined
  refusals: Refusals
  now(): Instant
}

const READY_WITHIN_MS = 2_000
/** A balancer that sends nothing more would never see it mended: after so long without another refusal, let it try. */
const REFUSED_FOR_MS = 30_000
/** Applied migrations stay applied, short of somebody's hand in the database. */
const MIGRATED_FOR_MS = 60_000

/** When the database last refused a write for a reason that would refuse the next one, too. */
export class Refusals {
  #lastAt: Instant | null = null

  constructor(private readonly now: () => Instant) {}

  /** What the writer tells of them; `began` and `ended` once each. */
  hooks(began: (cause: unknown) => void, ended: () => void): Pick<WriterHooks, 'troubled' | 'untroubled'> {
    return {
      troubled: (cause, isFirst) => {
        this.#lastAt = this.now()
        if (isFirst) began(cause)
      },
      untroubled: () => {
        this.#lastAt = null
        ended()
      },
    }
  }

  get goOn(): boolean {
    return this.#lastAt !== null && this.now() - this.#lastAt < REFUSED_FOR_MS
  }
}

/** Would a delivery be kept right now? Answers within two seconds. */
export function createReadiness(deps: ReadinessDeps): () => Promise<Readiness> {
  let migratedAt = Number.NEGATIVE_INFINITY
  async function findPending(): Promise<string | null> {
    if (deps.now() - migratedAt < MIGRATED_FOR_MS) return null
    const pending = await countPendingMigrations(deps.database.read)
    if (pending === 0) migratedAt = deps.now()
    return pending === 0
      ? null
      : `The schema of the database is older than this version: ${pending} ${pending === 1 ? 'migration is' : 'migrations are'} missing`
  }
  return async () => {
    const shelter = deps.shelter()
    const asked = Promise.all([findAbsence(deps.database), findPending()])
      // What exactly is wrong with it is not for everybody who may ask.
      .catch((): [string, null] => ['The database cannot be reached', null])
    const timeout = Bun.sleep(READY_WITHIN_MS).then((): [string, null] => ['The database does not answer', null])
    const [absence, pending] = await Promise.race([asked, timeout])
    // It may answer, and yet keep our writes waiting: the gate knows.
    const isDiverting = shelter?.outage.gate === 'divert' && !shelter.outage.isDraining
    const trouble = absence ?? (isDiverting ? 'The database takes no writes' : null)
    const readiness: Readiness = { reasons: [], warnings: [], backlog: deps.writer.backlog.entries, journal: shelter?.journal.state.records ?? 0 }
    if (trouble && shelter?.journal.isTaking) readiness.warnings.push(`${trouble}: deliveries are kept in the journal`)
    else if (trouble) readiness.reasons.push(trouble)
    else if (readiness.journal > 0) readiness.warnings.push('The journal is being written into the database')
    if (shelter && shelter.outage.gate !== 'send' && !shelter.journal.isTaking) readiness.reasons.push('The journal is full, or its disk refuses')
    if (pending) readiness.reasons.push(pending)
    if (deps.refusals.goOn) readiness.reasons.push('The database refuses one delivery after the other')
    if (readiness.backlog >= WRITER_LIMITS.backlogEntries) readiness.reasons.push('The backlog is full')
    return readiness
  }
}

async function findAbsence({ read }: ReadinessDeps['database']): Promise<string | null> {
  const [row] = await read<{ readOnly: boolean }[]>`select current_setting('transaction_read_only') = 'on' or pg_is_in_recovery() as "readOnly"`
  return row?.readOnly ? 'The database is read-only' : null
}
