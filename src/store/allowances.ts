import { AppError } from '../domain/error'
import type { Allowances } from '../domain/staleness'
import type { Db } from './secrets'

/** What a session or source allows itself; null = as its source, or as the server is configured. */
export type AllowanceOverrides = { [K in keyof Allowances]: number | null }

/** The session's own allowances. They count from now on: the sweep looks at the session again. @throws AppError `not_found`. */
export async function setSessionAllowances(sql: Db, sessionId: string, overrides: AllowanceOverrides): Promise<void> {
  const { staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs } = overrides
  const [row] = await sql.unsafe(SET_ALLOWANCES, [sessionId, staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs])
  if (!row) throw new AppError('not_found', 'There is no such session')
}

/** Deadlines follow from allowances: the sweep works these sessions' deadlines out anew. */
export async function lookAgainAtSource(sql: Db, sourceId: string): Promise<void> {
  await sql.unsafe(`update sessions set stale_at = to_timestamp(0) where source_id = $1 and stale_at is not null`, [sourceId])
}

const SET_ALLOWANCES = `
update sessions set stale_after_ms = $2, qr_expires_after_ms = $3, connecting_timeout_ms = $4, stale_at = case when stale_at is not null then to_timestamp(0) end
where session_id = $1 returning session_id`
