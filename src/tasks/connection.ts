import type { Sql } from 'postgres'
import type { Config } from '../config'
import { connect } from '../store/database'
import { startEmbedded } from '../store/embedded'

/**
 * Runs `work` with the URL of the database. The embedded one is started when it is not running, and stopped afterwards
 * unless somebody else has come to use it meanwhile.
 */
export async function withDatabase<T>(config: Config, progress: (line: string) => void, work: (url: string) => Promise<T>): Promise<T> {
  if (config.databaseUrl !== null) return work(config.databaseUrl)
  const embedded = await startEmbedded(config.dataDir, progress)
  try {
    return await work(embedded.url)
  } finally {
    if (!embedded.adopted && !(await isUsed(embedded.url))) await embedded.stop()
  }
}

/** The same with a client, which is closed afterwards. */
export async function withClient<T>(url: string, connections: number, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect(url, connections)
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function isUsed(url: string): Promise<boolean> {
  return withClient(url, 1, async (sql) => {
    const [row] = await sql<
      { others: number }[]
    >`select count(*) as others from pg_stat_activity where application_name = 'linekeeper' and pid <> pg_backend_pid()`
    return (row?.others ?? 0) > 0
  }).catch(() => true)
}
