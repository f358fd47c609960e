import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import type { SessionState } from '../domain/session'
import type { Allowances } from '../domain/staleness'
import { type FrozenFold, thaw } from './session-pulse'
import { IN_ORDER } from './session-writes'

type Overrides = { [K in keyof Allowances]: number | null }

export interface StaleCandidate {
  sessionId: string
  sourceId: string
  name: string
  provider: string
  ownerId: string | null
  seq: number
  state: SessionState
  overrides: Overrides
  sourceOverrides: Overrides
}

/** Sessions whose `stale_at` has passed: perhaps stale, to be looked at closely. */
export async function listStaleCandidates(sql: Sql, now: Instant, limit: number): Promise<StaleCandidate[]> {
  const rows = await sql<(StaleCandidate & FrozenFold)[]>`
    select x.session_id as "sessionId", x.source_id as "sourceId", x.name, x.provider, x.owner_id as "ownerId", x.seq, x.state, x.tally, x.pulse,
      json_build_object('staleAfterMs', x.stale_after_ms, 'qrExpiresAfterMs', x.qr_expires_after_ms, 'connectingTimeoutMs', x.connecting_timeout_ms) as overrides,
      json_build_object('staleAfterMs', o.stale_after_ms, 'qrExpiresAfterMs', o.qr_expires_after_ms, 'connectingTimeoutMs', o.connecting_timeout_ms) as "sourceOverrides"
    from sessions x left join sources o on o.id = x.source_id
    where x.stale_at <= to_timestamp(${now}::float8 / 1000) order by x.stale_at limit ${limit}`
  return rows.map((row) => ({ ...row, state: thaw(row).state }))
}

/** Looks again later; a session that moved on meanwhile keeps what its commit said. */
export async function moveStaleAt(sql: Sql, rows: { sessionId: string; seq: number; staleAt: Instant | null }[]): Promise<void> {
  if (rows.length === 0) return
  await sql.unsafe(
    `with due as materialized (
       select x.session_id, to_timestamp("staleAt" / 1000) as at from sessions x
       join json_to_recordset($1::text::json) as i("sessionId" uuid, seq bigint, "staleAt" float8) on x.session_id = i."sessionId"
       where x.seq = i.seq or x.stale_at < to_timestamp("staleAt" / 1000) ${IN_ORDER})
     update sessions x set stale_at = due.at from due where x.session_id = due.session_id`,
    [JSON.stringify(rows)],
    { prepare: true },
  )
}
