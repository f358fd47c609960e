import { join } from 'node:path'
import type { Config } from '../config'
import { type Damage, JOURNAL_LIMITS, Journal } from '../journal/journal'
import type { Database } from '../store/database'
import { type Issue, raiseIssue, resolveIssue } from '../store/issues'
import type { Report } from '../telemetry/report'
import { systemNow } from './arrival'
import type { Entry } from './batch'
import type { Committed } from './commit'
import { Drain } from './drain'
import { Outage } from './outage'
import type { SessionCache } from './session-cache'
import type { Shelter } from './writer'

export interface ShelterDeps {
  config: Pick<Config, 'dataDir' | 'journalMaxBytes'>
  database: Pick<Database, 'write' | 'read'>
  report: Pick<
    Report,
    | 'databaseLost'
    | 'databaseBack'
    | 'journalDraining'
    | 'journalDrained'
    | 'journalStuck'
    | 'journalRefused'
    | 'journalDamaged'
    | 'journalUnreadable'
    | 'failed'
  >
  cache: SessionCache
  committed(committed: Committed, tookMs: number, entries: number): void
  /** Keeps what cannot be stored; throws when that cannot be kept either. */
  setAside(entry: Entry, cause: unknown): Promise<void>
  /** The lanes may do something again. */
  wake(): void
  /** Starts the database again where that is ours to do. */
  revive(): Promise<void>
}

/** The journal's folder in DATA_DIR. */
export const JOURNAL_FOLDER = 'journal'

/** Opens the journal and watches over the outages that it bridges. @throws what the disk says when DATA_DIR cannot be written. */
export async function openShelter(deps: ShelterDeps): Promise<Shelter> {
  const { config, database, report, cache } = deps
  const notes = new Issues(database.read, report)
  const journal = await Journal.open(
    join(config.dataDir, JOURNAL_FOLDER),
    { ...JOURNAL_LIMITS, maxBytes: config.journalMaxBytes },
    {
      refused: (cause) => report.journalRefused(cause),
      damaged(damage) {
        report.journalDamaged(damage)
        notes.raise('damaged_journal', damage.path, tellDamage(damage))
      },
      unreadable(path) {
        report.journalUnreadable(path)
        notes.raise('damaged_journal', path, 'A later version of Linekeeper wrote this journal: start that version once, so that it can write what is in there')
      },
    },
  )
  let isStuckTold = false
  const outage = new Outage({
    journal,
    openDrain: () => new Drain({ sql: database.write, cache, now: systemNow, committed: deps.committed, setAside: deps.setAside }),
    gateMoved: deps.wake,
    revive: deps.revive,
    forgetSessions: () => cache.clear(),
    hooks: {
      began: (cause) => report.databaseLost(cause),
      draining(records) {
        report.journalDraining(records)
        if (records > 0)
          notes.raise('journal', 'outage', `Postgres took no writes for a while; ${records} deliveries of that time are being written from the journal`)
      },
      ended(tookMs, records) {
        isStuckTold = false
        report.databaseBack(tookMs)
        report.journalDrained(records, tookMs)
        notes.resolve('journal', 'outage')
        notes.resolve('journal', 'stuck')
      },
      stuck(cause) {
        if (!isStuckTold) report.journalStuck(cause)
        isStuckTold = true
        notes.raise('journal', 'stuck', `The journal cannot be written into the database: ${String((cause as Error).message).slice(0, 200)}`)
      },
    },
  })
  return { journal, outage }
}

/** Raised beside the work: a database that is leaving again must not hold it up. */
export class Issues {
  constructor(
    private readonly sql: Database['read'],
    private readonly report: Pick<Report, 'failed'>,
  ) {}

  raise(kind: string, subject: string, detail: Issue['detail']): void {
    raiseIssue(this.sql, { kind, subject, detail }, systemNow()).catch((cause) => this.report.failed(cause))
  }

  resolve(kind: string, subject: string): void {
    resolveIssue(this.sql, kind, subject, systemNow()).catch((cause) => this.report.failed(cause))
  }
}

function tellDamage({ path, bytes, missing }: Damage): string {
  const lost = missing === 1 ? 'One record is' : `${missing} records are`
  return `A file of the journal was damaged: ${bytes} bytes of it cannot be read. ${lost} missing, all others were stored. The file is kept: ${path}`
}
