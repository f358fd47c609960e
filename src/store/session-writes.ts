import type { Instant } from '../domain/event'
import type { Transition } from '../domain/fold'
import { initialState, isBefore, type SessionState, type SessionTally } from '../domain/session'
import type { Allowances } from '../domain/staleness'
import { type Binary, bigints, booleans, doubles, jsons, texts, uuids } from './binary'
import type { Tx } from './ledger'
import { coldStateOf, coldTallyOf, type Fold, type FrozenFold, pulseOf, thaw } from './session-pulse'
import { isShort, type Statement } from './statement'

export interface StoredSession {
  sessionId: string
  seq: number
  state: SessionState
  tally: SessionTally
}

/** The stored folds of these sessions; unknown ones are absent. */
export function findStoredSessions(tx: Tx, sessionIds: string[]): Promise<StoredSession[]> {
  return askStored(tx, FIND_STORED, sessionIds)
}

/** The same, and nobody else writes them before this transaction ends. In one order everywhere, so that nobody is locked out. */
export function lockStoredSessions(tx: Tx, sessionIds: string[]): Promise<StoredSession[]> {
  return askStored(tx, LOCK_STORED, sessionIds)
}

async function askStored(tx: Tx, statement: string, sessionIds: string[]): Promise<StoredSession[]> {
  const rows = await tx.unsafe<({ sessionId: string; seq: number } & FrozenFold)[]>(statement, [`{${sessionIds.join(',')}}`], { prepare: true })
  return rows.map((row) => ({ sessionId: row.sessionId, seq: row.seq, ...thaw(row) }))
}

const FIND_STORED = `
select x.session_id as "sessionId", x.seq, x.state, x.tally, x.pulse from sessions x where x.session_id = any($1::text::uuid[])`

/** How sessions `x` are locked before several of them are written: in the order of the batches, or two writers could wait for each other. */
export const IN_ORDER = 'order by x.session_id for no key update of x'

const LOCK_STORED = `${FIND_STORED} ${IN_ORDER}`

export interface SessionRow {
  sessionId: string
  /** The `seq` that the fold started from; 0 for a session that begins. */
  from: number
  seq: number
  sourceId: string
  name: string
  provider: string
  ownerId: string | null
  fold: Fold
  /** Nothing but the pulse moved. */
  isOnlyPulse: boolean
  /** Since when it is silent, which allowance that uses up, and how long that is where the session has none of its own. */
  silence: { from: Instant; allowance: keyof Allowances; allowedMs: number } | null
  /**
   * Did anything move that an operator sees? Only then do the indexed columns: one that moved with every event would cost every
   * event an index entry.
   */
  isChanged: boolean
  now: Instant
  createdAt: Instant
}

/**
 * Writes sessions that are still at the `seq` their fold started from. The statements fail (see isOvertaken) when another
 * process moved one of them: the whole batch must be folded again.
 * @param rows by id: in one order everywhere, and those that are known in one statement, so that nobody is locked out.
 */
export function writeSessions(rows: SessionRow[]): Statement[] {
  const begun = rows.filter((row) => row.from === 0)
  const known = rows.filter((row) => row.from > 0)
  const statements: Statement[] = []
  if (known.length > 0) {
    const isBeating = known.every((row) => row.isOnlyPulse)
    statements.push({ text: isBeating ? UPDATE_PULSES : UPDATE_SESSIONS, values: isBeating ? pulseColumns(known) : columnsOf(known), mustWrite: known.length })
  }
  if (begun.length > 0) statements.push({ text: INSERT_SESSIONS, values: columnsOf(begun), mustWrite: begun.length })
  return statements
}

/** Did a write fail because another process had moved a session on? */
export function isOvertaken(cause: unknown): boolean {
  return isShort(cause)
}

function pulseColumns(rows: SessionRow[]): Binary[] {
  return [
    uuids(rows, (r) => r.sessionId),
    bigints(rows, (r) => r.from),
    bigints(rows, (r) => r.seq),
    texts(rows, (r) => pulseOf(r.fold)),
    doubles(rows, (r) => r.fold.tally.lastEventAt),
  ]
}

const UPDATE_PULSES = `
update sessions x set seq = n, pulse = p, last_event_at = to_timestamp(l / 1000)
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::float8[]) as i(s, b, n, p, l)
where x.session_id = i.s and x.seq = i.b returning 1`

function columnsOf(rows: SessionRow[]): Binary[] {
  const state = (row: SessionRow) => row.fold.state
  return [
    ...pulseColumns(rows),
    uuids(rows, (r) => r.sourceId),
    texts(rows, (r) => r.name),
    texts(rows, (r) => r.provider),
    texts(rows, (r) => r.ownerId),
    texts(rows, (r) => state(r).status),
    texts(rows, (r) => state(r).reason),
    doubles(rows, (r) => state(r).since),
    texts(rows, (r) => state(r).account?.id),
    texts(rows, (r) => state(r).account?.name),
    jsons(rows, (r) => (r.isOnlyPulse ? undefined : coldStateOf(state(r)))),
    jsons(rows, (r) => (r.isOnlyPulse ? undefined : coldTallyOf(r.fold.tally))),
    doubles(rows, (r) => r.silence?.from),
    texts(rows, (r) => r.silence?.allowance),
    doubles(rows, (r) => r.silence?.allowedMs),
    booleans(rows, (r) => r.isChanged),
    doubles(rows, (r) => r.now),
    doubles(rows, (r) => r.createdAt),
  ]
}

const SESSIONS = `unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::float8[], $6::uuid[], $7::text[], $8::text[],
  $9::text[], $10::text[], $11::text[], $12::float8[], $13::text[], $14::text[], $15::json[], $16::json[],
  $17::float8[], $18::text[], $19::float8[], $20::boolean[], $21::float8[], $22::float8[])
  as i(s, b, n, pu, l, u, nm, p, ow, st, rs, si, ai, an, state, tally, sf, al, am, ch, t, cr)`

/** Worked out here and not before: an operator may have changed the session's own allowances since anybody read them. */
const STALE_AT = `to_timestamp((sf + coalesce(
  case al when 'staleAfterMs' then x.stale_after_ms when 'qrExpiresAfterMs' then x.qr_expires_after_ms else x.connecting_timeout_ms end, am)) / 1000)`

/** Without state and tally: nothing but the pulse moved. */
const UPDATE_SESSIONS = `
update sessions x set seq = n, status = st, reason = rs, since = to_timestamp(si / 1000), account_id = ai, account_name = an,
  state = coalesce(i.state, x.state), tally = coalesce(i.tally, x.tally), pulse = pu, provider = case when i.state is null then x.provider else p end, last_event_at = to_timestamp(l / 1000),
  stale_at = case when ch then ${STALE_AT} else x.stale_at end, updated_at = case when ch then to_timestamp(t / 1000) else x.updated_at end
from ${SESSIONS} where x.session_id = i.s and x.seq = i.b returning 1`

const INSERT_SESSIONS = `
insert into sessions (session_id, source_id, name, owner_id, provider, status, reason, since, account_id, account_name, seq, state, tally, pulse, last_event_at, stale_at, created_at, updated_at)
select s, u, nm, ow, p, st, rs, to_timestamp(si / 1000), ai, an, n, state, tally, pu, to_timestamp(l / 1000), to_timestamp((sf + am) / 1000), to_timestamp(cr / 1000), to_timestamp(t / 1000)
from ${SESSIONS} order by s on conflict do nothing returning 1`

export interface TransitionRow extends Transition {
  s: string
  eventId: string
  eventType: string
  eventKey: string | null
  state: SessionState
}

export function insertTransitions(rows: TransitionRow[]): Statement {
  return { text: INSERT_TRANSITIONS, values: [JSON.stringify(rows)] }
}

const INSERT_TRANSITIONS = `
insert into transitions (session_id, at, event_id, event_type, event_key, from_status, to_status, reason, detail, state)
select s, to_timestamp(at / 1000), "eventId", "eventType", "eventKey", "from", "to", reason, detail, state
from json_to_recordset($1::text::json) as r(s uuid, at float8, "eventId" uuid, "eventType" text, "eventKey" text, "from" text, "to" text, reason text, detail text, state json)
on conflict (session_id, at, event_id) do update set from_status = excluded.from_status, to_status = excluded.to_status, reason = excluded.reason, detail = excluded.detail, state = excluded.state`

/** From where a session can be folded. */
export interface Origins {
  /** After the last transition strictly before the instant. */
  snapshot: SessionState | null
  /** What the dropped days had folded to, and when the last of them ended. */
  base: SessionState | null
  until: Instant | null
  createdAt: Instant
}

/** @returns undefined when there is no such session yet. */
export async function findOrigins(tx: Tx, sessionId: string, at: Instant): Promise<Origins | undefined> {
  const [row] = await tx.unsafe<Origins[]>(FIND_ORIGINS, [sessionId, at], { prepare: true })
  return row
}

const FIND_ORIGINS = `
select (select state from transitions t where t.session_id = s.session_id and at < to_timestamp($2::float8 / 1000)
    order by at desc, event_key collate "C" desc nulls last, event_id desc limit 1) as snapshot,
  base->'state' as base, (base->>'until')::float8 as until, (extract(epoch from created_at) * 1000)::float8 as "createdAt"
from sessions s where session_id = $1`

/** The one that stands later: what the dropped days told after the last transition is in the base only. */
export function originOf({ snapshot, base, createdAt }: Omit<Origins, 'until'>): SessionState {
  if (snapshot === null || base === null) return snapshot ?? base ?? initialState(createdAt)
  return snapshot.head !== null && (base.head === null || isBefore(base.head, snapshot.head)) ? snapshot : base
}

/** Removes the transitions after `at` that a new fold no longer finds. */
export async function deleteTransitionsAfter(tx: Tx, sessionId: string, at: Instant, keepEventIds: string[]): Promise<void> {
  await tx.unsafe(
    `delete from transitions where session_id = $1 and at > to_timestamp($2::float8 / 1000) and not event_id = any($3::text::uuid[])`,
    [sessionId, at, `{${keepEventIds.join(',')}}`],
    { prepare: true },
  )
}
