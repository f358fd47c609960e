/**
 * The write path's statements: set-based, prepared once per connection, fed with one JSON text each. Rows travel as
 * `json`, not `jsonb`: it is cut up, not built. Bodies travel apart, joined into one
 * bytea that every row takes its slice of: it is parsed once, when the parameter is bound.
 */
import type { Sql, TransactionSql } from 'postgres'

export type Tx = TransactionSql | Sql

export interface KeyRow {
  s: string
  k: string
  e: string
}

/**
 * Claims idempotency keys. @returns the ids of the events that are new; and for the others the id of the event that
 * came first, where it can be seen.
 */
export async function claimKeys(tx: Tx, rows: KeyRow[]): Promise<{ fresh: Set<string>; first: Map<string, string> }> {
  const result = await tx.unsafe<{ e: string; first: string | null }[]>(CLAIM_KEYS, [JSON.stringify(rows)], { prepare: true })
  const fresh = new Set<string>()
  const first = new Map<string, string>()
  for (const row of result) {
    if (row.first === row.e) fresh.add(row.e)
    else if (row.first) first.set(row.e, row.first)
  }
  return { fresh, first }
}

// `order by` keeps two processes from locking each other out; the first of equal keys in one batch wins.
const CLAIM_KEYS = `
with i as (select * from json_to_recordset($1::text::json) as r(s uuid, k uuid, e uuid)),
ins as (insert into event_keys (session_id, key, event_id) select s, k, e from i order by s, k, e on conflict do nothing returning session_id, key, event_id)
select event_id as e, event_id as first from ins
union all
select i.e, coalesce((select event_id from ins where ins.session_id = i.s and ins.key = i.k), (select event_id from event_keys old where old.session_id = i.s and old.key = i.k))
from i where i.e not in (select event_id from ins)`

export interface EventRow {
  s: string
  r: number
  i: string
  n: number
  u: string
  d: string
  t: string
  pt: string
  a: number
  o: number | null
  k: string | null
  m: string | null
  c: string | null
  x: string | null
  z: number
  f: unknown
}

export async function insertEvents(tx: Tx, rows: EventRow[]): Promise<void> {
  await tx.unsafe(INSERT_EVENTS, [JSON.stringify(rows)], { prepare: true })
}

const INSERT_EVENTS = `
insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, occurred_at, key, message_id, chat, text, body_size, facts)
select s, to_timestamp(r / 1000), i, n, u, d, t, pt, to_timestamp(a / 1000), to_timestamp(o / 1000), k, m, c, x, z, f
from json_to_recordset($1::text::json) as r(s uuid, r float8, i uuid, n bigint, u uuid, d uuid, t text, pt text, a float8, o float8, k text, m text, c text, x text, z int, f json)`

export interface DeliveryRow {
  s: string
  r: number
  i: string
  u: string
  p: string
  a: string
  h: string
  c: string
  k: string | null
  /** First byte (from 1) and length of the body in the joined bodies. */
  b: number
  l: number
}

export async function insertDeliveries(tx: Tx, rows: DeliveryRow[], bodies: Buffer): Promise<void> {
  await tx.unsafe(INSERT_DELIVERIES, [JSON.stringify(rows), bodies], { prepare: true })
}

const INSERT_DELIVERIES = `
insert into deliveries (session_id, received_at, id, source_id, path, address, headers, body, scheme, secret_id)
select s, to_timestamp(r / 1000), i, u, p, a, h, substr($2::bytea, b, l), c, k
from json_to_recordset($1::text::json) as r(s uuid, r float8, i uuid, u uuid, p text, a text, h text, c text, k uuid, b int, l int)`

export interface MessageRow {
  s: string
  m: string
  c: string | null
  f: string | null
  t: string | null
  w: string | null
  me: boolean | null
  k: string | null
  x: string | null
  md: string | null
  a: number | null
  st: number
  da: number | null
  ra: number | null
  ea: number | null
  va: number | null
}

/**
 * One row per message, whatever and how often it is told: identity from whoever knows it, acks only forward, the latest
 * edit, the first revocation. Every rule is a minimum, maximum or "the longest", so that order does not matter.
 */
export async function upsertMessages(tx: Tx, rows: MessageRow[]): Promise<void> {
  await tx.unsafe(UPSERT_MESSAGES, [JSON.stringify(rows)], { prepare: true })
}

// Ack -1 (error) outranks 0 (pending) and yields to everything above.
const UPSERT_MESSAGES = `
insert into messages as m (session_id, id, chat, sender, recipient, author, from_me, kind, text, media, ack, sent_at, delivered_at, read_at, edited_at, revoked_at)
select s, m, min(c), min(f), min(t), min(w), bool_or(me), min(k), (array_agg(x order by ea desc nulls last, x))[1],
  (array_agg(md order by length(md) desc nulls last, md))[1], case when max(a) < 1 then min(a) else max(a) end, to_timestamp(min(st) / 1000), to_timestamp(min(da) / 1000), to_timestamp(min(ra) / 1000),
  to_timestamp(max(ea) / 1000), to_timestamp(min(va) / 1000)
from json_to_recordset($1::text::json) as r(s uuid, m text, c text, f text, t text, w text, me boolean, k text, x text, md text, a int, st float8, da float8, ra float8, ea float8, va float8)
group by s, m order by s, m
on conflict (session_id, id) do update set
  chat = least(m.chat, excluded.chat), sender = least(m.sender, excluded.sender), recipient = least(m.recipient, excluded.recipient),
  author = least(m.author, excluded.author), from_me = greatest(m.from_me, excluded.from_me), kind = least(m.kind, excluded.kind),
  text = case when excluded.edited_at is null and m.edited_at is null then least(m.text, excluded.text)
    when m.edited_at is null or excluded.edited_at > m.edited_at then excluded.text
    when excluded.edited_at = m.edited_at then least(m.text, excluded.text) else m.text end,
  media = case when length(excluded.media) > length(m.media) or m.media is null then excluded.media
    when length(excluded.media) = length(m.media) then least(m.media, excluded.media) else m.media end,
  ack = case when greatest(m.ack, excluded.ack) < 1 then least(m.ack, excluded.ack) else greatest(m.ack, excluded.ack) end, sent_at = least(m.sent_at, excluded.sent_at), delivered_at = least(m.delivered_at, excluded.delivered_at),
  read_at = least(m.read_at, excluded.read_at), edited_at = greatest(m.edited_at, excluded.edited_at), revoked_at = least(m.revoked_at, excluded.revoked_at)`

/**
 * After a commit whose answer was lost: was it made? All entries of a batch are written together, so one is enough.
 */
export async function areStored(tx: Tx, entries: { sessionId: string; receivedAt: number; events: { id: string }[] }[]): Promise<boolean> {
  const rows = entries.flatMap((entry) => entry.events.map((event) => ({ s: entry.sessionId, r: entry.receivedAt, i: event.id })))
  const found = await tx.unsafe(ARE_STORED, [JSON.stringify(rows)], { prepare: true })
  return found.length > 0
}

const ARE_STORED = `
select 1 from json_to_recordset($1::text::json) as r(s uuid, r float8, i uuid)
join events e on e.session_id = r.s and e.received_at = to_timestamp(r.r / 1000) and e.id = r.i limit 1`
