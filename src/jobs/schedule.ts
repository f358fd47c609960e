import { learnUsualGaps } from '../store/rollups'
import { applyRetention, type RetentionDeps } from './apply-retention'
import { keepPartitions } from './keep-partitions'
import { rollUpMinutes } from './roll-up-minutes'
import { type SweepDeps, sweepStaleSessions } from './sweep-stale-sessions'
import { type WatchDeps, watchSenders } from './watch-senders'

export interface JobDeps extends SweepDeps, RetentionDeps, WatchDeps {}

export interface Job {
  name: string
  /** Cron pattern with seconds, UTC. */
  pattern: string
  run(deps: JobDeps): Promise<unknown>
}

/** The cron table, whole. Of several instances one runs a job at a time. */
export const JOBS: readonly Job[] = [
  { name: 'sweep-stale-sessions', pattern: '*/5 * * * * *', run: sweepStaleSessions },
  { name: 'watch-senders', pattern: '2-59/5 * * * * *', run: watchSenders },
  { name: 'roll-up-minutes', pattern: '10 * * * * *', run: rollUpMinutes },
  { name: 'learn-usual-gaps', pattern: '0 7 * * * *', run: (deps) => learnUsualGaps(deps.sql, deps.now()) },
  { name: 'keep-partitions', pattern: '0 17 * * * *', run: keepPartitions },
  { name: 'apply-retention', pattern: '0 27 3 * * *', run: applyRetention },
]
