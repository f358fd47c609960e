import postgres, { type Sql } from 'postgres'

/** Where the locks of jobs are held: one connection, apart from the pool whose connections the jobs themselves need. */
export interface JobLocks {
  /** Runs `work` unless another instance is running the job of this name. @returns undefined when it was. */
  hold<T>(name: string, work: () => Promise<T>): Promise<T | undefined>
  close(): Promise<void>
}

/**
 * Locks are the session's, and a client of one connection has one session. Not sql.reserve(): jobs that each hold a connection of
 * a small pool wait for one another for ever; and a reserved connection that breaks hangs (see instance-lock.ts). When this one
 * breaks its locks are gone: at worst another instance does the same idempotent work.
 */
export function createJobLocks(sql: Sql): JobLocks {
  const client = postgres({ ...sql.options, max: 1 } as unknown as Parameters<typeof postgres>[0])
  return {
    async hold(name, work) {
      const [row] = await client<{ held: boolean }[]>`select pg_try_advisory_lock(hashtext('linekeeper job'), hashtext(${name})) as held`
      if (!row?.held) return undefined
      try {
        return await work()
      } finally {
        // Nothing is left to unlock where the connection broke; what the job itself says counts.
        await client`select pg_advisory_unlock(hashtext('linekeeper job'), hashtext(${name}))`.catch(() => {})
      }
    },
    close: () => client.end({ timeout: 1 }),
  }
}
