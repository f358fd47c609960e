import type { Sql } from 'postgres'
import type { Instant, Status } from '../domain/event'
import { healthOf } from '../domain/health'
import type { Health, SessionRecord } from '../domain/records'
import type { SessionState, SessionTally } from '../domain/session'
import { type Allowances, narrowest } from '../domain/staleness'
import { activityOf } from '../domain/tally'
import { likeText, ms, type Page, Parameters, readCursor, toPage, writeCursor } from './page'

export interface SessionFilter {
  status?: readonly Status[]
  /** Weighed after reading (it depends on the clock), so a page may come out shorter than its limit, yet have a next one. */
  health?: readonly Health[]
  /** Slug. */
  source?: string
  /** Operator id. */
  owner?: string
  /** Every word must be in the name, source, account or owner. */
  q?: string
  limit: number
  cursor?: string | null
}

/** Sessions by source and name. @param defaults the allowances that apply where neither session nor source sets its own. */
export async function listSessions(sql: Sql, filter: SessionFilter, defaults: Allowances, now: Instant): Promise<Page<SessionRecord>> {
  const { where, parameters } = conditionsOf(filter)
  const rows = await sql.unsafe<SessionRow[]>(`${SELECT}${where} order by so.slug, s.name limit ${parameters.add(filter.limit + 1)}`, parameters.values, { prepare: true })
  const page = toPage(rows, filter.limit, (row) => writeCursor(row.source, row.name), (row) => toSession(row, defaults, now))
  const { health } = filter
  return health ? { ...page, data: page.data.filter((session) => health.includes(session.health)) } : page
}

/** More sessions than this are not shown on one page. */
export const ALL_SESSIONS = 5_000

/** Every session, for the pages that rank and count them: one statement, whatever their number. */
export async function listAllSessions(sql: Sql, defaults: Allowances, now: Instant): Promise<SessionRecord[]> {
  return (await listSessions(sql, { limit: ALL_SESSIONS }, defaults, now)).data
}

export async function findSession(sql: Sql, source: string, name: string, defaults: Allowances, now: Instant): Promise<SessionRecord | undefined> {
  const [row] = await sql.unsafe<SessionRow[]>(`${SELECT} where so.slug = $1 and s.name = $2`, [source, name], { prepare: true })
  return row && toSession(row, defaults, now)
}

/** Those of the sessions that exist, by id. */
export async function findSessionsById(sql: Sql, ids: readonly string[], defaults: Allowances, now: Instant): Promise<SessionRecord[]> {
  const rows = await sql.unsafe<SessionRow[]>(`${SELECT} where s.session_id = any($1::text::uuid[])`, [`{${ids.join(',')}}`], { prepare: true })
  return rows.map((row) => toSession(row, defaults, now))
}

export async function countSessions(sql: Sql): Promise<{ source: string; status: Status; count: number }[]> {
  return sql.unsafe(`select so.slug as source, s.status, count(*)::int as count from sessions s join sources so on so.id = s.source_id group by 1, 2`, [], { prepare: true })
}

interface Overrides {
  staleAfterMs: number | null
  qrExpiresAfterMs: number | null
  connectingTimeoutMs: number | null
}

interface SessionRow {
  id: string
  source: string
  name: string
  provider: string
  ownerId: string | null
  ownerName: string | null
  seq: number
  state: SessionState
  tally: SessionTally
  usualGapMs: number | null
  /** Null when neither sets anything, which is the rule: 500 empty objects are not worth building. */
  overrides: [Overrides, Overrides] | null
  createdAt: Instant
  updatedAt: Instant
}

const OVERRIDES = (table: string): string =>
  `json_build_object('staleAfterMs', ${table}.stale_after_ms, 'qrExpiresAfterMs', ${table}.qr_expires_after_ms, 'connectingTimeoutMs', ${table}.connecting_timeout_ms)`

const SELECT = `
select s.session_id as id, so.slug as source, s.name, s.provider, s.owner_id as "ownerId", o.name as "ownerName", s.seq, s.state, s.tally, s.usual_gap_ms as "usualGapMs",
  case when coalesce(s.stale_after_ms, s.qr_expires_after_ms, s.connecting_timeout_ms, so.stale_after_ms, so.qr_expires_after_ms, so.connecting_timeout_ms) is not null
    then json_build_array(${OVERRIDES('s')}, ${OVERRIDES('so')}) end as overrides,
  ${ms('s.created_at')} as "createdAt", ${ms('s.updated_at')} as "updatedAt"
from sessions s join sources so on so.id = s.source_id left join operators o on o.id = s.owner_id`

function conditionsOf(filter: SessionFilter): { where: string; parameters: Parameters } {
  const parameters = new Parameters()
  const conditions: string[] = []
  if (filter.status) conditions.push(`s.status = any(${parameters.add(`{${filter.status.join(',')}}`)}::text::text[])`)
  if (filter.source) conditions.push(`so.slug = ${parameters.add(filter.source)}`)
  if (filter.owner) conditions.push(`s.owner_id = ${parameters.add(filter.owner)}`)
  for (const word of filter.q?.trim().split(/\s+/) ?? []) {
    if (word === '') continue
    conditions.push(`concat_ws(' ', s.name, so.slug, s.account_id, s.account_name, o.name) ilike ${parameters.add(likeText(word.replace(/^\+(?=\d)/, '')))}`)
  }
  if (filter.cursor) {
    const [source, name] = readCursor(filter.cursor, 2)
    conditions.push(`(so.slug, s.name) > (${parameters.add(String(source))}::text, ${parameters.add(String(name))}::text)`)
  }
  return { where: conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '', parameters }
}

function toSession(row: SessionRow, defaults: Allowances, now: Instant): SessionRecord {
  const { state, tally } = row
  const allowances = row.overrides ? narrowest(defaults, ...row.overrides) : defaults
  return {
    id: row.id,
    source: row.source,
    name: row.name,
    provider: row.provider,
    owner: row.ownerId === null ? null : { id: row.ownerId, name: row.ownerName ?? row.ownerId },
    status: state.status,
    reason: state.reason,
    detail: state.detail,
    since: state.since,
    health: healthOf({ state, lastEventAt: tally.lastEventAt, usualGapMs: row.usualGapMs }, allowances, now),
    qr: state.qr && { code: state.qr.code, receivedAt: state.qr.at, expiresAt: state.qr.at + allowances.qrExpiresAfterMs, count: state.qr.count },
    pairingCode: state.pairingCode,
    loading: state.loading,
    account: state.account,
    lastEventAt: tally.lastEventAt,
    usualGapMs: row.usualGapMs,
    activity: activityOf(tally, now),
    counts: {
      events: tally.events,
      messagesReceived: tally.messagesReceived,
      messagesSent: tally.messagesSent,
      calls: tally.calls,
      reconnects: Math.max(0, state.connects - 1),
    },
    lastOf: tally.lastOf,
    seq: row.seq,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}
