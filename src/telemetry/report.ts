/** The wording of what the server reports while it runs, in one place. */
import type { Logger } from './logger'
import type { ErrorReports } from './sentry'

export interface Report {
  started(url: string, tookMs: number): void
  limitsNotShared(): void
  stopping(signal: string): void
  stopped(tookMs: number): void
  /** A failure that nobody expected: to the log and to Sentry. */
  failed(error: unknown, about?: Readonly<Record<string, string>>): void
  jobFailed(job: string, error: unknown): void
  databaseLost(error: unknown): void
  databaseBack(awayMs: number): void
  journalDraining(records: number): void
  journalDrained(records: number, tookMs: number): void
  /** Something other than the database's absence keeps it from being emptied. */
  journalStuck(error: unknown): void
  /** The disk refuses: deliveries are answered 503. */
  journalRefused(error: unknown): void
  journalDamaged(damage: { path: string; bytes: number; missing: number }): void
  journalUnreadable(path: string): void
  /** So much was refused that it is not the senders' fault. */
  writesRefused(error: unknown): void
}

export function createReport(log: Logger, reports: ErrorReports): Report {
  return {
    started: (url, tookMs) => log.info({ url, tookMs: Math.round(tookMs) }, 'Linekeeper listens'),
    limitsNotShared: () => log.warn('REDIS_URL is set, but this version counts rate limits per process'),
    stopping: (signal) => log.info({ signal }, 'Stopping: what was taken is finished first'),
    stopped: (tookMs) => log.info({ tookMs: Math.round(tookMs) }, 'Stopped'),
    failed(error, about) {
      log.error({ ...about, err: error }, 'Unexpected failure')
      reports.capture(error, about)
    },
    jobFailed(job, error) {
      log.error({ job, err: error }, 'A job failed')
      reports.capture(error, { job })
    },
    databaseLost: (error) => log.warn({ err: error }, 'The database is away: deliveries go to the journal'),
    databaseBack: (awayMs) => log.info({ awayMs: Math.round(awayMs) }, 'The database is back'),
    journalDraining: (records) => log.info({ records }, 'The journal is being written into the database'),
    journalDrained: (records, tookMs) => log.info({ records, tookMs: Math.round(tookMs) }, 'The journal is drained'),
    journalStuck(error) {
      log.error({ err: error }, 'The journal cannot be written into the database')
      reports.capture(error, { part: 'journal' })
    },
    journalRefused: (error) => log.error({ err: error }, 'The journal cannot be written: deliveries are refused until it can'),
    journalDamaged(damage) {
      log.error(damage, 'A file of the journal was damaged: it is kept aside')
      reports.capture(new Error('A file of the journal was damaged'), { path: damage.path })
    },
    journalUnreadable: (path) => log.error({ path }, 'A later version wrote this journal: it is left alone'),
    writesRefused(error) {
      log.error({ err: error }, 'The database refuses one delivery after the other')
      reports.capture(error, { part: 'writer' })
    },
  }
}
