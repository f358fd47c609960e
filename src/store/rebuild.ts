/** Reading the ledger from end to end, and the projections beside it, for a rebuild. */
import type { Sql } from 'postgres'
import type { EventType, Instant } from '../domain/event'
import type { SessionState, SessionTally } from '../domain/session'
import { ms } from './events'
import type { Tx } from './ledger'
import { coldStateOf, coldTallyOf, type FrozenFold, pulseOf, thaw } from './session-pulse'

export interface LedgerEvent {
  id: string
  receivedAt: Instant
  at: Instant
  occurredAt: Instant | null
  key: string | null
  type: EventType
  messageId: string | null
  chat: string | null
  text: string | null
  facts: Record<string, unknown> & { ordered?: true }
}

export interface LedgerSession {
  sessionId: string
  name: string
  seq: number
  createdAt: Instant
  state: SessionState
  tally: SessionTally
  base: SessionBase | null
}

/** What the dropped part of the ledger had folded to. */
export interface SessionBase {
  state: SessionState
  tally: SessionTally
  /** End of the last day in it. */
  until: Instant
}

const SESSION = `session_id as "sessionId", name, seq, ${ms('created_at')} as "createdAt", state, tally, pulse, base`

export async function listLedgerSessions(tx: Tx): Promise<LedgerSession[]> {
  const rows = await tx.unsafe<(LedgerSession & FrozenFold)[]>(`select ${SESSION} from sessions order by session_id`)
  return rows.map((row) => ({ ...row, ...thaw(row) }))
}

const THE_END = 253_370_764_800_000

/** A session's events, in no order; where given, those that arrived between `from` and `to` and stand before `before`. */
export async function listLedgerEvents(
  tx: Tx,
  sessionId: string,
  span: { from: Instant; to: Instant; before: Instant } = { from: 0, to: THE_END, before: THE_END },
): Promise<LedgerEvent[]> {
  return tx.unsafe<LedgerEvent[]>(
    `select id, ${ms('received_at')} as "receivedAt", ${ms('at')} as at, ${ms('occurred_at')} as "occurredAt", key, type, message_id as "messageId", chat, text, facts
     from events where session_id = $1 and received_at >= to_timestamp($2::float8 / 1000) and received_at < to_timestamp($3::float8 / 1000)
       and at < to_timestamp($4::float8 / 1000)`,
    [sessionId, span.from, span.to, span.before],
    { prepare: true },
  )
}

/** The sessions that have events in a partition. */
export async function listSessionsToFoldAway(tx: Tx, partition: string): Promise<LedgerSession[]> {
  const rows = await tx.unsafe<(LedgerSession & FrozenFold)[]>(
    `select ${SESSION} from sessions s where exists (select 1 from ${partition} e where e.session_id = s.session_id)`,
  )
  return rows.map((row) => ({ ...row, ...thaw(row) }))
}

export async function writeBase(tx: Tx, sessionId: string, base: SessionBase): Promise<void> {
  await tx.unsafe(`update sessions set base = $2::text::json where session_id = $1`, [sessionId, JSON.stringify(base)])
}

export interface StoredTransition {
  at: Instant
  eventId: string
  from: string
  to: string
  reason: string | null
}

export async function listStoredTransitions(tx: Tx, sessionId: string): Promise<StoredTransition[]> {
  return tx.unsafe<StoredTransition[]>(
    `select ${ms('at')} as at, event_id as "eventId", from_status as "from", to_status as "to", reason from transitions where session_id = $1`,
    [sessionId],
    { prepare: true },
  )
}

/** Projections that are folded anew by the very statements that write them, into temporary tables of the same name. */
export const SHADOWED = ['messages', 'reactions', 'calls'] as const

/**
 * Puts empty temporary tables before the real ones: temporary ones are found first, so the write path's own statements now
 * fill these. The connection must not write projections for anybody else after that.
 */
export async function shadowProjections(tx: Tx): Promise<void> {
  for (const table of SHADOWED) await tx.unsafe(`create temp table ${table} (like public.${table} including all) on commit drop`)
}

/**
 * Once days were dropped, the ledger tells only what came after them: of a message its acks perhaps, but not the message; of a call its end.
 * Such rows are not compared, and a repair leaves them as they are.
 */
const DROPPED_UNTIL = `to_timestamp((select max((base->>'until')::float8) from sessions) / 1000)`

/** Which rows the ledger still tells wholly. */
const TOLD: Record<(typeof SHADOWED)[number], string> = {
  messages: `(sent_at >= ${DROPPED_UNTIL} and chat is not null)`,
  reactions: `(at >= ${DROPPED_UNTIL})`,
  calls: `(started_at >= ${DROPPED_UNTIL} and not exists (select 1 from public.calls o
    where o.session_id = c.session_id and o.id = c.id and o.started_at < ${DROPPED_UNTIL}))`,
}

const rowsOf = (schema: 'public' | 'pg_temp', table: (typeof SHADOWED)[number]) =>
  `select * from ${schema}.${table} c where (select max(base->>'until') from sessions) is null or ${TOLD[table]}`

/** Rows that stand in one but not in the other. */
export async function countDifferences(tx: Tx, table: (typeof SHADOWED)[number]): Promise<number> {
  const [folded, stored] = [`(${rowsOf('pg_temp', table)})`, `(${rowsOf('public', table)})`]
  const [row] = await tx.unsafe<{ n: number }[]>(`select count(*)::int as n from ((${folded} except ${stored}) union all (${stored} except ${folded})) d`)
  return row?.n ?? 0
}

const KEYS: Record<(typeof SHADOWED)[number], string> = {
  messages: '(session_id, id)',
  reactions: '(session_id, message_id, sender)',
  calls: '(session_id, id)',
}

/** Replaces what the ledger tells in the real tables by what was folded. */
export async function replaceProjections(tx: Tx): Promise<void> {
  for (const table of SHADOWED) {
    await tx.unsafe(`delete from pg_temp.${table} where ctid not in (${rowsOf('pg_temp', table).replace('*', 'ctid')})`)
    await tx.unsafe(`delete from public.${table}
      where ctid in (${rowsOf('public', table).replace('*', 'ctid')}) or ${KEYS[table]} in (select ${KEYS[table].slice(1, -1)} from pg_temp.${table})`)
    await tx.unsafe(`insert into public.${table} select * from pg_temp.${table}`)
  }
}

/** Compares the rollups of all counted minutes with the ledger. */
export async function countRollupDifferences(tx: Tx): Promise<number> {
  const [row] = await tx.unsafe<{ n: number }[]>(`
    with done as (select to_timestamp(value::text::float8 / 1000) as until from settings where key = 'rolled_up_to'),
    kept as (select coalesce(date_trunc('minute', min(received_at)), 'infinity') as since from events),
    told as (select session_id, date_trunc('minute', received_at) as minute, type, count(*)::int as count from events, done
      where received_at < until and not exists (select 1 from late_minutes l where l.minute = date_trunc('minute', received_at)) group by 1, 2, 3),
    counted as (select session_id, minute, type, count from rollups, kept where minute >= since and minute not in (select minute from late_minutes))
    select count(*)::int as n from ((table told except table counted) union all (table counted except table told)) d`)
  return row?.n ?? 0
}

/** Counts every minute that the ledger still has, up to where the rollups reach, anew. */
export async function recountRollups(tx: Tx): Promise<void> {
  await tx.unsafe(`delete from rollups where minute >= (select date_trunc('minute', min(received_at)) from events)`)
  await tx.unsafe(`insert into rollups (session_id, minute, type, count)
    select session_id, date_trunc('minute', received_at), type, count(*) from events
    where received_at < (select to_timestamp(value::text::float8 / 1000) from settings where key = 'rolled_up_to') group by 1, 2, 3`)
}

/** Writes a session's fold; only when nobody wrote it since. */
export async function rewriteSession(sql: Sql | Tx, session: { sessionId: string; seq: number; state: SessionState; tally: SessionTally }): Promise<void> {
  const { state } = session
  await sql.unsafe(
    `update sessions set state = $3::text::json, tally = $4::text::json, pulse = $8, status = $5, reason = $6, since = to_timestamp($7::float8 / 1000), updated_at = clock_timestamp()
     where session_id = $1 and seq = $2`,
    [
      session.sessionId,
      session.seq,
      JSON.stringify(coldStateOf(state)),
      JSON.stringify(coldTallyOf(session.tally)),
      state.status,
      state.reason,
      state.since,
      pulseOf(session),
    ],
  )
}
