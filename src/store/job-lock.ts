import type { Sql } from 'postgres'

/** Runs `work` unless another instance is running the job of this name. @returns undefined when it was. */
export async function withJobLock<T>(sql: Sql, name: string, work: () => Promise<T>): Promise<T | undefined> {
  const connection = await sql.reserve()
  try {
    const [row] = await connection<{ held: boolean }[]>`select pg_try_advisory_lock(hashtext('linekeeper job'), hashtext(${name})) as held`
    if (!row?.held) return undefined
    try {
      return await work()
    } finally {
      await connection`select pg_advisory_unlock(hashtext('linekeeper job'), hashtext(${name}))`
    }
  } finally {
    connection.release()
  }
}
