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
  journalTook(deliveries: number): void
  journalDrained(deliveries: number, tookMs: number): void
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
    journalTook: (deliveries) => log.warn({ deliveries }, 'The journal took deliveries'),
    journalDrained: (deliveries, tookMs) => log.info({ deliveries, tookMs: Math.round(tookMs) }, 'The journal is drained'),
  }
}
