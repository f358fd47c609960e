import type { Sql } from 'postgres'
import type { CallRecord } from '../domain/records'
import { ms } from './page'

/** The latest calls of one session, newest first. */
export async function listCalls(sql: Sql, sessionId: string, limit: number): Promise<CallRecord[]> {
  const rows = await sql.unsafe<CallRecord[]>(
    `select id, caller as "from", from_me as "fromMe", video, is_group as "group", phase, ${ms('started_at')} as "startedAt", ${ms('updated_at')} as "updatedAt"
    from calls where session_id = $1 order by started_at desc, id desc limit $2`,
    [sessionId, limit],
    { prepare: true },
  )
  return [...rows]
}
