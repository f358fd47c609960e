import type { Allowances } from '../domain/staleness'
import type { Db } from './secrets'
import { IN_ORDER } from './session-writes'

/** What a session or source allows itself; null = as its source, or as the server is configured. */
export type AllowanceOverrides = { [K in keyof Allowances]: number | null }

/** Deadlines follow from allowances: the sweep works these sessions' deadlines out anew. */
export async function lookAgainAtSource(sql: Db, sourceId: string): Promise<void> {
  const theirs = `select x.session_id from sessions x where x.source_id = $1 and x.stale_at is not null ${IN_ORDER}`
  await sql.unsafe(`update sessions set stale_at = to_timestamp(0) where session_id in (${theirs})`, [sourceId])
}
