/**
 * The write path's statements: set-based, prepared once per connection, fed with one array per column. Bodies travel joined
 * into one parameter that every row takes its slice of: it is parsed once.
 */
import type { Sql, TransactionSql } from 'postgres'
import { bigints, booleans, bytes, doubles, ints, jsons, texts, uuids } from './binary'
import type { Statement } from './statement'

export type Tx = TransactionSql | Sql

export interface KeyRow {
  s: string
  k: string
  e: string
}

const keyColumns = (rows: readonly KeyRow[]) => [uuids(rows, (r) => r.s), uuids(rows, (r) => r.k), uuids(rows, (r) => r.e)]

/**
 * Claims idempotency keys. @returns the ids of the events that are new; and for the others the id of the event that
 * came first, where it can be seen.
 */
export async function claimKeys(tx: Tx, rows: KeyRow[]): Promise<{ fresh: Set<string>; first: Map<string, string> }> {
  const result = await tx.unsafe<{ e: string; first: string | null }[]>(CLAIM_KEYS, keyColumns(rows) as never[], { prepare: true })
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
with i as materialized (select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as r(s, k, e)),
ins as (insert into event_keys (session_id, key, event_id) select s, k, e from i order by s, k, e on conflict do nothing returning session_id, key, event_id)
select event_id as e, event_id as first from ins
union all
select i.e, coalesce((select event_id from ins where ins.session_id = i.s and ins.key = i.k), (select event_id from event_keys old where old.session_id = i.s and old.key = i.k))
from i where i.e not in (select event_id from ins)`

/**
 * Like claimKeys, in the hope that all are new: fails (see isKnownKey) when one is known, and need not be waited for. What must be counted
 * is written before what need not, and in order: so keys come before sessions here too, and who asks first is not locked out.
 */
export function insertKeys(rows: KeyRow[]): Statement {
  return { text: INSERT_KEYS, values: keyColumns(rows), mustWrite: rows.length }
}

const INSERT_KEYS = `
insert into event_keys (session_id, key, event_id)
select s, k, e from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as r(s, k, e) order by s, k returning 1`

/** Did a write fail because the ledger had one of its keys? */
export function isKnownKey(cause: unknown): boolean {
  const { code, constraint_name: constraint } = (cause ?? {}) as { code?: unknown; constraint_name?: unknown }
  return code === '23505' && String(constraint).startsWith('event_keys')
}

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

export function insertEvents(rows: EventRow[]): Statement {
  const columns = [
    uuids(rows, (r) => r.s),
    doubles(rows, (r) => r.r),
    uuids(rows, (r) => r.i),
    bigints(rows, (r) => r.n),
    uuids(rows, (r) => r.u),
    uuids(rows, (r) => r.d),
    texts(rows, (r) => r.t),
    texts(rows, (r) => r.pt),
    doubles(rows, (r) => r.a),
    doubles(rows, (r) => r.o),
    texts(rows, (r) => r.k),
    texts(rows, (r) => r.m),
    texts(rows, (r) => r.c),
    texts(rows, (r) => r.x),
    ints(rows, (r) => r.z),
    jsons(rows, (r) => r.f),
  ]
  return { text: INSERT_EVENTS, values: columns }
}

const INSERT_EVENTS = `
insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, occurred_at, key, message_id, chat, text, body_size, facts)
select s, to_timestamp(r / 1000), i, n, u, d, t, pt, to_timestamp(a / 1000), to_timestamp(o / 1000), k, m, c, x, z, f
from unnest($1::uuid[], $2::float8[], $3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
  $9::float8[], $10::float8[], $11::text[], $12::text[], $13::text[], $14::text[], $15::int[], $16::json[])
  as r(s, r, i, n, u, d, t, pt, a, o, k, m, c, x, z, f)`

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

/** @param bodies joined; see DeliveryRow for where each lies. */
export function insertDeliveries(rows: DeliveryRow[], bodies: Buffer): Statement {
  const columns = [
    uuids(rows, (r) => r.s),
    doubles(rows, (r) => r.r),
    uuids(rows, (r) => r.i),
    uuids(rows, (r) => r.u),
    texts(rows, (r) => r.p),
    texts(rows, (r) => r.a),
    texts(rows, (r) => r.h),
    texts(rows, (r) => r.c),
    uuids(rows, (r) => r.k),
    ints(rows, (r) => r.b),
    ints(rows, (r) => r.l),
    bytes(bodies),
  ]
  return { text: INSERT_DELIVERIES, values: columns }
}

const INSERT_DELIVERIES = `
insert into deliveries (session_id, received_at, id, source_id, path, address, headers, body, scheme, secret_id)
select s, to_timestamp(r / 1000), i, u, p, a, h, substr($12::bytea, b, l), c, k
from unnest($1::uuid[], $2::float8[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::uuid[], $10::int[], $11::int[]) as r(s, r, i, u, p, a, h, c, k, b, l)`

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
export function upsertMessages(rows: MessageRow[]): Statement {
  const columns = [
    uuids(rows, (r) => r.s),
    texts(rows, (r) => r.m),
    texts(rows, (r) => r.c),
    texts(rows, (r) => r.f),
    texts(rows, (r) => r.t),
    texts(rows, (r) => r.w),
    booleans(rows, (r) => r.me),
    texts(rows, (r) => r.k),
    texts(rows, (r) => r.x),
    texts(rows, (r) => r.md),
    ints(rows, (r) => r.a),
    doubles(rows, (r) => r.st),
    doubles(rows, (r) => r.da),
    doubles(rows, (r) => r.ra),
    doubles(rows, (r) => r.ea),
    doubles(rows, (r) => r.va),
  ]
  return { text: new Set(rows.map((r) => r.s + r.m)).size === rows.length ? UPSERT_DIFFERENT_MESSAGES : UPSERT_MESSAGES, values: columns }
}

const ONE_BY_ONE =
  's, m, c, f, t, w, me, k, x, md, a, to_timestamp(st / 1000), to_timestamp(da / 1000), to_timestamp(ra / 1000), to_timestamp(ea / 1000), to_timestamp(va / 1000)'

// Ack -1 (error) outranks 0 (pending) and yields to everything above.
const TOGETHER = `s, m, min(c), min(f), min(t), min(w), bool_or(me), min(k), (array_agg(x order by ea desc nulls last, x))[1],
  (array_agg(md order by length(md) desc nulls last, md))[1], case when max(a) < 1 then min(a) else max(a) end, to_timestamp(min(st) / 1000), to_timestamp(min(da) / 1000), to_timestamp(min(ra) / 1000),
  to_timestamp(max(ea) / 1000), to_timestamp(min(va) / 1000)`

const upsertMessagesOf = (row: string, grouping: string) => `
insert into messages as m (session_id, id, chat, sender, recipient, author, from_me, kind, text, media, ack, sent_at, delivered_at, read_at, edited_at, revoked_at)
select ${row}
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[],
  $9::text[], $10::text[], $11::int[], $12::float8[], $13::float8[], $14::float8[], $15::float8[], $16::float8[])
  as r(s, m, c, f, t, w, me, k, x, md, a, st, da, ra, ea, va)
${grouping} order by s, m
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

const UPSERT_MESSAGES = upsertMessagesOf(TOGETHER, 'group by s, m')
/** Most batches tell each message once: nothing is to be brought together. */
const UPSERT_DIFFERENT_MESSAGES = upsertMessagesOf(ONE_BY_ONE, '')
