/** Sessions as those see them who act on them: with their state, their source and what silence they are allowed. */
import type { Sql } from 'postgres'
import type { Status } from '../domain/event'
import type { SessionState } from '../domain/session'
import { type Allowances, narrowest } from '../domain/staleness'
import { type FrozenFold, thaw } from './session-pulse'

export interface SessionTarget {
  sessionId: string
  sourceId: string
  /** The source's slug. */
  source: string
  name: string
  provider: string
  ownerId: string | null
  state: SessionState
  allowances: Allowances
}

export async function findSessionTarget(sql: Sql, source: string, name: string, defaults: Allowances): Promise<SessionTarget | undefined> {
  const [row] = await sql.unsafe<TargetRow[]>(`${SELECT} where o.slug = $1 and x.name = $2`, [source, name], { prepare: true })
  return row && toTarget(row, defaults)
}

export async function findSessionTargetById(sql: Sql, sessionId: string, defaults: Allowances): Promise<SessionTarget | undefined> {
  const [row] = await sql.unsafe<TargetRow[]>(`${SELECT} where x.session_id = $1`, [sessionId], { prepare: true })
  return row && toTarget(row, defaults)
}

/** A source's sessions in one of these statuses, by name. */
export async function listSessionTargets(
  sql: Sql,
  sourceId: string,
  options: { statuses: readonly Status[]; limit: number },
  defaults: Allowances,
): Promise<SessionTarget[]> {
  const rows = await sql.unsafe<TargetRow[]>(
    `${SELECT} where x.source_id = $1 and x.status = any($2::text::text[]) order by x.name limit $3`,
    [sourceId, `{${options.statuses.join(',')}}`, options.limit],
    { prepare: true },
  )
  return rows.map((row) => toTarget(row, defaults))
}

type Overrides = { [K in keyof Allowances]: number | null }
type TargetRow = Omit<SessionTarget, 'allowances'> & FrozenFold & { overrides: Overrides; sourceOverrides: Overrides }

function toTarget({ overrides, sourceOverrides, ...row }: TargetRow, defaults: Allowances): SessionTarget {
  const { sessionId, sourceId, source, name, provider, ownerId } = row
  return { sessionId, sourceId, source, name, provider, ownerId, state: thaw(row).state, allowances: narrowest(defaults, overrides, sourceOverrides) }
}

const allowancesOf = (alias: string) =>
  `json_build_object('staleAfterMs', ${alias}.stale_after_ms, 'qrExpiresAfterMs', ${alias}.qr_expires_after_ms, 'connectingTimeoutMs', ${alias}.connecting_timeout_ms)`

const SELECT = `
select x.session_id as "sessionId", x.source_id as "sourceId", o.slug as source, x.name, x.provider, x.owner_id as "ownerId", x.state, x.tally, x.pulse,
  ${allowancesOf('x')} as overrides, ${allowancesOf('o')} as "sourceOverrides"
from sessions x join sources o on o.id = x.source_id`
