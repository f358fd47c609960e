/** What operators set of a session. No events: what a session is, follows from those alone. */
import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import type { AllowanceOverrides } from './allowances'
import type { Db } from './secrets'

export interface SessionSettings extends AllowanceOverrides {
  /** Who answers for it; null: nobody in particular. */
  ownerId: string | null
}

export interface FoundSettings {
  own: SessionSettings
  /** What its source sets; null where that leaves it to the server. */
  source: AllowanceOverrides
}

export async function findSessionSettings(sql: Sql, sessionId: string): Promise<FoundSettings | undefined> {
  const [row] = await sql.unsafe<FoundSettings[]>(FIND, [sessionId], { prepare: true })
  return row
}

/**
 * Changes what is given. It counts from now on: the sweep looks at a session whose allowances were set again.
 * @throws AppError `not_found`.
 */
export async function changeSessionSettings(sql: Db, sessionId: string, change: Partial<SessionSettings>): Promise<void> {
  const { ownerId, staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs } = change
  const values = [ownerId, staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs].flatMap((value) => [value !== undefined, value ?? null])
  const [row] = await sql.unsafe(CHANGE, [sessionId, ...values])
  if (!row) throw new AppError('not_found', 'There is no such session')
}

const ALLOWANCES = (table: string) =>
  `'staleAfterMs', ${table}.stale_after_ms, 'qrExpiresAfterMs', ${table}.qr_expires_after_ms, 'connectingTimeoutMs', ${table}.connecting_timeout_ms`

const FIND = `
select json_build_object('ownerId', s.owner_id, ${ALLOWANCES('s')}) as own, json_build_object(${ALLOWANCES('so')}) as source
from sessions s left join sources so on so.id = s.source_id where s.session_id = $1`

const CHANGE = `
update sessions set owner_id = case when $2::boolean then $3::text else owner_id end,
  stale_after_ms = case when $4::boolean then $5::bigint else stale_after_ms end,
  qr_expires_after_ms = case when $6::boolean then $7::bigint else qr_expires_after_ms end,
  connecting_timeout_ms = case when $8::boolean then $9::bigint else connecting_timeout_ms end,
  stale_at = case when stale_at is not null and ($4::boolean or $6::boolean or $8::boolean) then to_timestamp(0) else stale_at end
where session_id = $1 returning session_id`
