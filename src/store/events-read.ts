import type { Sql } from 'postgres'
import type { EventType, Instant } from '../domain/event'
import { instantOf, isUuid } from '../domain/id'
import type { EventDetail, EventRecord } from '../domain/records'
import { findDelivery } from './deliveries-read'
import { instant, isBehind, likeText, micros, ms, type Page, Parameters, placeOf, toPage } from './page'
import { findTransitionOf } from './transitions-read'

export interface EventQuery {
  /** Slug. */
  source?: string
  /** The session's name at its sender. */
  session?: string
  /** `message.ack`, or a whole family: `message.*`. */
  type?: string
  since?: Instant
  until?: Instant
  /** Text in the message, chat, message id or the sender's own name of the event. */
  q?: string
  limit: number
  cursor?: string | null
}

/** Newest first. Pages stand still while events come in: the cursor is a place in time, not a number of rows. */
export async function searchEvents(sql: Sql, query: EventQuery): Promise<Page<EventRecord>> {
  const sessionIds = query.session === undefined ? undefined : await findSessionIds(sql, query.session, query.source)
  if (sessionIds?.length === 0) return { data: [], next: null }
  const { where, values } = conditionsOf(query, sessionIds)
  const rows = await sql.unsafe<EventRow[]>(selectEvents(`${where} order by e.received_at desc, e.id desc limit ${query.limit + 1}`), values)
  return toPage(rows, query.limit, placeOf, toEvent)
}

/** The events of one session, newest first. */
export async function listSessionEvents(
  sql: Sql,
  sessionId: string,
  options: { limit: number; cursor?: string | null; type?: string },
): Promise<Page<EventRecord>> {
  const { where, values } = conditionsOf(options, [sessionId])
  const rows = await sql.unsafe<EventRow[]>(selectEvents(`${where} order by e.received_at desc, e.id desc limit ${options.limit + 1}`), values)
  return toPage(rows, options.limit, placeOf, toEvent)
}

/** Events that arrived after `after`, oldest first: what a live tail has not shown yet. */
export async function listEventsAfter(sql: Sql, after: Instant, limit: number, sessionId?: string): Promise<EventRecord[]> {
  const parameters = new Parameters()
  const conditions = [`e.received_at > ${instant(parameters.add(after))}`]
  if (sessionId !== undefined) conditions.push(`e.session_id = ${parameters.add(sessionId)}`)
  const rows = await sql.unsafe<EventRow[]>(
    selectEvents(`where ${conditions.join(' and ')} order by e.received_at desc, e.id desc limit ${limit}`),
    parameters.values,
  )
  return rows.map(toEvent).reverse()
}

/** One event with its delivery. Its id alone finds its day: it carries the millisecond of its arrival. */
export async function findEvent(sql: Sql, id: string): Promise<EventDetail | undefined> {
  if (!isUuid(id)) return undefined
  const at = instantOf(id)
  const [row] = await sql.unsafe<EventRow[]>(
    selectEvents(`where e.received_at >= ${instant('$2')} and e.received_at < ${instant('$3')} and e.id = $1`),
    [id, at, at + 1],
    { prepare: true },
  )
  if (!row) return undefined
  const event = toEvent(row)
  const [delivery, transition] = await Promise.all([findDelivery(sql, event), findTransitionOf(sql, event)])
  return { ...event, delivery, transition }
}

interface EventRow extends EventRecord {
  micros: number
  facts: Record<string, unknown>
}

// The names are joined after the limit: before it, they would be looked up for every row that is sorted away.
const selectEvents = (rest: string): string => `
select e.id, e.session_id as "sessionId", coalesce(so.slug, 'deleted') as source, s.name as session, e.seq, e.type, e.provider_type as "providerType",
  ${ms('e.received_at')} as "receivedAt", ${ms('e.occurred_at')} as "occurredAt", ${ms('e.at')} as at, e.message_id as "messageId", e.chat, e.text, e.facts,
  e.delivery_id as "deliveryId", e.body_size as "bodySize", ${micros('e.received_at')} as micros
from (select e.* from events e ${rest}) e
join sessions s on s.session_id = e.session_id left join sources so on so.id = s.source_id
order by e.received_at desc, e.id desc`

function conditionsOf(query: Omit<EventQuery, 'session'>, sessionIds: readonly string[] | undefined): { where: string; values: (string | number | null)[] } {
  const parameters = new Parameters()
  const conditions: string[] = []
  // One by `=`: only then its events come out of an index in their order.
  if (sessionIds?.length === 1) conditions.push(`e.session_id = ${parameters.add(sessionIds[0] as string)}::text::uuid`)
  else if (sessionIds) conditions.push(`e.session_id = any(${parameters.add(`{${sessionIds.join(',')}}`)}::text::uuid[])`)
  else if (query.source !== undefined) conditions.push(`e.source_id = (select id from sources where slug = ${parameters.add(query.source)})`)
  if (query.type?.endsWith('*')) conditions.push(`starts_with(e.type, ${parameters.add(query.type.slice(0, -1))}::text)`)
  else if (query.type !== undefined) conditions.push(`e.type = ${parameters.add(query.type)}`)
  if (query.since !== undefined) conditions.push(`e.received_at >= ${instant(parameters.add(query.since))}`)
  if (query.until !== undefined) conditions.push(`e.received_at < ${instant(parameters.add(query.until))}`)
  if (query.q) {
    const like = parameters.add(likeText(query.q))
    conditions.push(`(e.text ilike ${like} or e.chat ilike ${like} or e.message_id ilike ${like} or e.provider_type ilike ${like})`)
  }
  if (query.cursor) conditions.push(isBehind(parameters, query.cursor, 'e.received_at', 'e.id'))
  return { where: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '', values: parameters.values }
}

async function findSessionIds(sql: Sql, name: string, source: string | undefined): Promise<string[]> {
  const rows = await sql.unsafe<{ id: string }[]>(
    `select s.session_id as id from sessions s left join sources so on so.id = s.source_id where s.name = $1 and ($2::text is null or coalesce(so.slug, 'deleted') = $2)`,
    [name, source ?? null],
    { prepare: true },
  )
  return rows.map((row) => row.id)
}

function toEvent({ micros: _, facts, ...row }: EventRow): EventRecord {
  // `ordered` is a note of the writer to the reducer, not something a sender said.
  const { ordered: __, ...said } = facts
  return { ...row, type: row.type satisfies EventType, facts: said }
}
