import { cron } from '@elysiajs/cron'
import { Elysia } from 'elysia'
import type { Job, JobDeps } from '../jobs/schedule'
import { createJobLocks } from '../store/job-lock'

const FINISH_WITHIN_MS = 2_000

export interface Schedule {
  /** Stops every timer and lets the runs under way finish, but not for ever: each may be cut off and repeated. */
  stop(): Promise<void>
}

/** Mounts the cron table. A run that is not over when the next is due makes that one fall away. */
export function scheduleJobs(jobs: readonly Job[], deps: JobDeps, failed: (job: string, cause: unknown) => void): Schedule {
  const app = new Elysia({ name: 'cron' })
  const locks = createJobLocks(deps.sql)
  const running = new Map<string, Promise<void>>()
  for (const job of jobs) {
    app.use(
      cron({
        name: job.name,
        pattern: job.pattern,
        timezone: 'UTC',
        async run() {
          if (running.has(job.name)) return
          const over = locks
            .hold(job.name, () => job.run(deps))
            .then(
              () => {},
              (cause) => failed(job.name, cause),
            )
            .finally(() => running.delete(job.name))
          running.set(job.name, over)
          await over
        },
      }),
    )
  }
  return {
    async stop() {
      const { cron: timers } = app.store as { cron?: Record<string, { stop(): void }> }
      for (const timer of Object.values(timers ?? {})) timer.stop()
      await Promise.race([Promise.all(running.values()), Bun.sleep(FINISH_WITHIN_MS)])
      await locks.close()
    },
  }
}
