import { cron } from '@elysiajs/cron'
import { Elysia } from 'elysia'
import type { Job, JobDeps } from '../jobs/schedule'
import { withJobLock } from '../store/job-lock'

/** Mounts the cron table. A run that is not over when the next is due makes that one fall away. */
export function scheduleJobs(jobs: readonly Job[], deps: JobDeps, failed: (job: string, cause: unknown) => void) {
  const app = new Elysia({ name: 'cron' })
  for (const job of jobs) {
    let running = false
    app.use(
      cron({
        name: job.name,
        pattern: job.pattern,
        timezone: 'UTC',
        async run() {
          if (running) return
          running = true
          try {
            await withJobLock(deps.sql, job.name, () => job.run(deps))
          } catch (cause) {
            failed(job.name, cause)
          } finally {
            running = false
          }
        },
      }),
    )
  }
  return app
}

/** Stops every timer of the table; runs under way finish. */
export function stopJobs(app: { store: unknown }): void {
  const { cron: timers } = app.store as { cron?: Record<string, { stop(): void }> }
  for (const timer of Object.values(timers ?? {})) timer.stop()
}
