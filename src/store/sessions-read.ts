import type { Sql } from 'postgres'
import type { Instant, Status } from '../domain/event'
import { healthOf } from '../domain/health'
import type { Health, SessionRecord } from '../domain/records'
import { type Allowances, narrowest } from '../domain/staleness'
import { activityOf } from '../domain/tally'
import { MINUTE_MS } from '../domain/time'
import { likeText, ms, type Page, Parameters, readCursor, toPage, writeCursor } from './page'
import { type Fold, type FrozenFold, thaw } from './session-pulse'

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

/** More sessions than this are not shown on one page. */
export const ALL_SESSIONS = 5_000

/** Sessions by source and name. @param defaults the allowances that apply where neither session nor source sets its own. */
export async function listSessions(sql: Sql, filter: SessionFilter, defaults: Allowances, now: Instant): Promise<Page<SessionRecord>> {
  const { where, parameters } = conditionsOf(filter)
  const rows = await sql.unsafe<SessionRow[]>(`${SELECT}${where} order by 2, s.name limit ${parameters.add(filter.limit + 1)}`, parameters.values, {
    prepare: true,
  })
  const page = toPage(
    rows,
    filter.limit,
    (row) => writeCursor(row.source, row.name),
    (row) => sessionAt(row, defaults, now),
  )
  const { health } = filter
  return health ? { ...page, data: page.data.filter((session) => health.includes(session.health)) } : page
}

/** A session as it stands in the database: what it looks like depends on the clock, see sessionAt. */
export type StoredSession = SessionRow

/** All sessions by source and name, or those with these ids in any order. */
export async function listStoredSessions(sql: Sql, ids?: readonly string[]): Promise<StoredSession[]> {
  if (!ids) return sql.unsafe<SessionRow[]>(`${SELECT} ${ORDER}`, [], { prepare: true })
  return sql.unsafe<SessionRow[]>(`${SELECT} where s.session_id = any($1::text::uuid[])`, [`{${ids.join(',')}}`], { prepare: true })
}

/** Cheap to ask, so that a page need not read what it knows. */
export interface SessionsVersion {
  /** Of every session `<id>=<mark>`, apart by spaces; its mark moves with every event that is folded, and with its settings. */
  sessions: string
  /** Moves with what many of them show: sources and operators. */
  around: string
}

export async function findSessionsVersion(sql: Sql): Promise<SessionsVersion> {
  const [row] = await sql.unsafe<SessionsVersion[]>(VERSION, [], { prepare: true })
  return row as SessionsVersion
}

const VERSION = `
select coalesce(string_agg(session_id || '=' || seq || '.' || hashtext(concat(owner_id, ',', usual_gap_ms, ',', stale_after_ms, ',', qr_expires_after_ms, ',',
    connecting_timeout_ms)), ' '), '') as sessions,
  concat_ws(' ', (select md5(string_agg(so::text, '' order by id)) from sources so), (select md5(string_agg(id || name, '' order by id)) from operators)) as around
from sessions`

const ORDER = `order by 2, s.name limit ${ALL_SESSIONS}`

export async function findSession(sql: Sql, source: string, name: string, defaults: Allowances, now: Instant): Promise<SessionRecord | undefined> {
  const row = await findStoredSession(sql, source, name)
  return row && sessionAt(row, defaults, now)
}

export async function findStoredSession(sql: Sql, source: string, name: string): Promise<StoredSession | undefined> {
  const [row] = await sql.unsafe<SessionRow[]>(`${SELECT} where coalesce(so.slug, 'deleted') = $1 and s.name = $2`, [source, name], { prepare: true })
  return row
}

export async function countSessions(sql: Sql): Promise<{ source: string; status: Status; count: number }[]> {
  return sql.unsafe(
    `select coalesce(so.slug, 'deleted') as source, s.status, count(*)::int as count from sessions s left join sources so on so.id = s.source_id group by 1, 2`,
    [],
    { prepare: true },
  )
}

interface Overrides {
  staleAfterMs: number | null
  qrExpiresAfterMs: number | null
  connectingTimeoutMs: number | null
}

interface SessionRow extends FrozenFold {
  id: string
  source: string
  name: string
  provider: string
  ownerId: string | null
  ownerName: string | null
  seq: number
  usualGapMs: number | null
  /** Null when neither sets anything, which is the rule: 500 empty objects are not worth building. */
  overrides: [Overrides, Overrides] | null
  createdAt: Instant
  updatedAt: Instant
}

const OVERRIDES = (table: string): string =>
  `json_build_object('staleAfterMs', ${table}.stale_after_ms, 'qrExpiresAfterMs', ${table}.qr_expires_after_ms, 'connectingTimeoutMs', ${table}.connecting_timeout_ms)`

// A source that was deleted leaves its sessions until retention drops them.
const SELECT = `
select s.session_id as id, coalesce(so.slug, 'deleted') as source, s.name, s.provider, s.owner_id as "ownerId", o.name as "ownerName", s.seq, s.state, s.tally, s.pulse, s.usual_gap_ms as "usualGapMs",
  case when coalesce(s.stale_after_ms, s.qr_expires_after_ms, s.connecting_timeout_ms, so.stale_after_ms, so.qr_expires_after_ms, so.connecting_timeout_ms) is not null
    then json_build_array(${OVERRIDES('s')}, ${OVERRIDES('so')}) end as overrides,
  ${ms('s.created_at')} as "createdAt", ${ms('s.updated_at')} as "updatedAt"
from sessions s left join sources so on so.id = s.source_id left join operators o on o.id = s.owner_id`

function conditionsOf(filter: SessionFilter): { where: string; parameters: Parameters } {
  const parameters = new Parameters()
  const conditions: string[] = []
  if (filter.status) conditions.push(`s.status = any(${parameters.add(`{${filter.status.join(',')}}`)}::text::text[])`)
  if (filter.source) conditions.push(`coalesce(so.slug, 'deleted') = ${parameters.add(filter.source)}`)
  if (filter.owner) conditions.push(`s.owner_id = ${parameters.add(filter.owner)}`)
  for (const word of filter.q?.trim().split(/\s+/) ?? []) {
    if (word === '') continue
    conditions.push(`concat_ws(' ', s.name, so.slug, s.account_id, s.account_name, o.name) ilike ${parameters.add(likeText(word.replace(/^\+(?=\d)/, '')))}`)
  }
  if (filter.cursor) {
    const [source, name] = readCursor(filter.cursor, 2)
    conditions.push(`(coalesce(so.slug, 'deleted'), s.name) > (${parameters.add(String(source))}::text, ${parameters.add(String(name))}::text)`)
  }
  return { where: conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '', parameters }
}

/** What a stored session looks like at `now`. */
export function sessionAt(row: StoredSession, defaults: Allowances, now: Instant): SessionRecord {
  return new SessionView(row, defaults).at(now)
}

/** A stored session, unpacked once for all the moments at which it is looked at. */
export class SessionView {
  readonly #fold: Fold
  readonly #allowances: Allowances
  #last: { minute: number; record: SessionRecord } | undefined

  constructor(
    readonly row: StoredSession,
    defaults: Allowances,
  ) {
    this.#fold = thaw(row)
    this.#allowances = row.overrides ? narrowest(defaults, ...row.overrides) : defaults
  }

  /** The very same record as the last time, as long as nothing in it is different. */
  at(now: Instant): SessionRecord {
    const { state, tally } = this.#fold
    const minute = Math.floor(now / MINUTE_MS)
    const health = healthOf({ state, lastEventAt: tally.lastEventAt, usualGapMs: this.row.usualGapMs }, this.#allowances, now)
    if (this.#last?.minute !== minute || this.#last.record.health !== health) this.#last = { minute, record: this.#recordOf(health, now) }
    return this.#last.record
  }

  #recordOf(health: Health, now: Instant): SessionRecord {
    const { state, tally } = this.#fold
    const { id, source, name, provider, ownerId, ownerName, usualGapMs, seq, createdAt, updatedAt } = this.row
    return {
      id,
      source,
      name,
      provider,
      owner: ownerId === null ? null : { id: ownerId, name: ownerName ?? ownerId },
      status: state.status,
      reason: state.reason,
      detail: state.detail,
      since: state.since,
      health,
      qr: state.qr && { code: state.qr.code, receivedAt: state.qr.at, expiresAt: state.qr.at + this.#allowances.qrExpiresAfterMs, count: state.qr.count },
      pairingCode: state.pairingCode,
      loading: state.loading,
      account: state.account,
      lastEventAt: tally.lastEventAt,
      usualGapMs,
      activity: activityOf(tally, now),
      counts: {
        events: tally.events,
        messagesReceived: tally.messagesReceived,
        messagesSent: tally.messagesSent,
        calls: tally.calls,
        reconnects: Math.max(0, state.connects - 1),
      },
      lastOf: tally.lastOf,
      seq,
      createdAt,
      updatedAt,
    }
  }
}
