import type { Instant } from '../domain/event'
import type { Transition } from '../domain/fold'
import { initialState, type SessionState, type SessionTally } from '../domain/session'
import type { Tx } from './ledger'

export interface StoredSession {
  sessionId: string
  seq: number
  state: SessionState
  tally: SessionTally
  staleAfterMs: number | null
  qrExpiresAfterMs: number | null
  connectingTimeoutMs: number | null
}

/** The stored folds of these sessions; unknown ones are absent. */
export async function findStoredSessions(tx: Tx, sessionIds: string[]): Promise<StoredSession[]> {
  return tx.unsafe<StoredSession[]>(FIND_STORED, [`{${sessionIds.join(',')}}`], { prepare: true })
}

const FIND_STORED = `
select session_id as "sessionId", seq, state, tally,
  stale_after_ms as "staleAfterMs", qr_expires_after_ms as "qrExpiresAfterMs", connecting_timeout_ms as "connectingTimeoutMs"
from sessions where session_id = any($1::text::uuid[])`

export interface SessionRow {
  s: string
  /** The `seq` that the fold started from; 0 for a session that begins. */
  b: number
  n: number
  u: string
  nm: string
  p: string
  ow: string | null
  st: string
  rs: string | null
  si: number
  ai: string | null
  an: string | null
  state: SessionState
  tally: SessionTally
  l: number | null
  sa: number | null
  /**
   * Did anything but the tally move? Only then do the indexed columns: one that moved with every event would cost every event
   * an index entry.
   */
  ch: boolean
  t: number
  cr: number
}

/**
 * Writes sessions that are still at the `seq` their fold started from. @returns how many were; fewer than given means
 * that another process was faster and the whole batch must be folded again.
 */
export async function writeSessions(tx: Tx, rows: SessionRow[]): Promise<number> {
  const text = JSON.stringify(rows)
  const begins = rows.some((row) => row.b === 0)
  const results = await Promise.all([tx.unsafe(UPDATE_SESSIONS, [text], { prepare: true }), begins ? tx.unsafe(INSERT_SESSIONS, [text], { prepare: true }) : undefined])
  return results[0].count + (results[1]?.count ?? 0)
}

const COLUMNS = `s uuid, b bigint, n bigint, u uuid, nm text, p text, ow text, st text, rs text, si float8, ai text, an text, state json, tally json, l float8, sa float8, ch boolean, t float8, cr float8`

const UPDATE_SESSIONS = `
update sessions x set seq = n, status = st, reason = rs, since = to_timestamp(si / 1000), account_id = ai, account_name = an, state = i.state, tally = i.tally,
  provider = p, last_event_at = to_timestamp(l / 1000), 
  stale_at = case when ch then to_timestamp(sa / 1000) else x.stale_at end, updated_at = case when ch then to_timestamp(t / 1000) else x.updated_at end
from json_to_recordset($1::text::json) as i(${COLUMNS}) where x.session_id = i.s and x.seq = i.b and i.b > 0`

const INSERT_SESSIONS = `
insert into sessions (session_id, source_id, name, owner_id, provider, status, reason, since, account_id, account_name, seq, state, tally, last_event_at, stale_at, created_at, updated_at)
select s, u, nm, ow, p, st, rs, to_timestamp(si / 1000), ai, an, n, state, tally, to_timestamp(l / 1000), to_timestamp(sa / 1000), to_timestamp(cr / 1000), to_timestamp(t / 1000)
from json_to_recordset($1::text::json) as i(${COLUMNS}) where b = 0 order by s on conflict do nothing`

export interface TransitionRow extends Transition {
  s: string
  eventId: string
  eventType: string
  eventKey: string | null
  state: SessionState
}

export async function insertTransitions(tx: Tx, rows: TransitionRow[]): Promise<void> {
  await tx.unsafe(INSERT_TRANSITIONS, [JSON.stringify(rows)], { prepare: true })
}

const INSERT_TRANSITIONS = `
insert into transitions (session_id, at, event_id, event_type, event_key, from_status, to_status, reason, detail, state)
select s, to_timestamp(at / 1000), "eventId", "eventType", "eventKey", "from", "to", reason, detail, state
from json_to_recordset($1::text::json) as r(s uuid, at float8, "eventId" uuid, "eventType" text, "eventKey" text, "from" text, "to" text, reason text, detail text, state json)
on conflict (session_id, at, event_id) do update set from_status = excluded.from_status, to_status = excluded.to_status, reason = excluded.reason, detail = excluded.detail, state = excluded.state`

/** The last snapshot strictly before `at`, from which a late event is folded again. */
export async function findSnapshotBefore(tx: Tx, sessionId: string, at: Instant): Promise<{ state: SessionState } | undefined> {
  const [row] = await tx.unsafe<{ state: SessionState }[]>(
    `select state from transitions where session_id = $1 and at < to_timestamp($2::float8 / 1000) order by at desc, event_key collate "C" desc nulls last, event_id desc limit 1`,
    [sessionId, at],
    { prepare: true },
  )
  return row
}

/** Where a session's fold begins when no snapshot is early enough: its base, or the state it was created with. */
export async function findOrigin(tx: Tx, sessionId: string): Promise<SessionState | undefined> {
  const [row] = await tx.unsafe<{ base: { state: SessionState } | null; createdAt: Instant }[]>(
    `select base, (extract(epoch from created_at) * 1000)::float8 as "createdAt" from sessions where session_id = $1`,
    [sessionId],
    { prepare: true },
  )
  return row && (row.base?.state ?? initialState(row.createdAt))
}

/** Removes the transitions after `at` that a new fold no longer finds. */
export async function deleteTransitionsAfter(tx: Tx, sessionId: string, at: Instant, keepEventIds: string[]): Promise<void> {
  await tx.unsafe(`delete from transitions where session_id = $1 and at > to_timestamp($2::float8 / 1000) and not event_id = any($3::text::uuid[])`, [sessionId, at, `{${keepEventIds.join(',')}}`], { prepare: true })
}
