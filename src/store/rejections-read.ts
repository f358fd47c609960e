import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import type { RejectionRecord } from '../domain/records'
import { instant, isBehind, micros, ms, type Page, Parameters, placeOf, toPage } from './page'

interface ListOptions {
  /** Slug. */
  source?: string
  limit: number
  cursor?: string | null
}

/** Refusals for one reason, together. */
export interface RejectionSummary {
  code: string
  message: string
  times: number
  firstAt: Instant
  lastAt: Instant
  /** Where they came from, the latest first; at most five. */
  addresses: string[]
  /** How many different addresses there were. */
  addressCount: number
  /** The sessions that their URLs named; at most five. */
  sessions: string[]
}

/** Refused deliveries, the latest first; alike ones of a minute are one record. */
export async function listRejections(sql: Sql, options: ListOptions): Promise<Page<RejectionRecord>> {
  const parameters = new Parameters()
  const conditions: string[] = []
  if (options.source !== undefined) conditions.push(`coalesce(so.slug, r.slug) = ${parameters.add(options.source)}`)
  if (options.cursor) conditions.push(isBehind(parameters, options.cursor, 'r.last_at', 'r.id'))
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
  const rows = await sql.unsafe<(RejectionRecord & { micros: number })[]>(
    `select r.id, coalesce(so.slug, r.slug) as source, r.session, ${ms('r.minute')} as at, ${ms('r.last_at')} as "lastAt", r.times, r.address, r.code, r.message,
      ${micros('r.last_at')} as micros
    from rejections r left join sources so on so.id = r.source_id ${where} order by r.last_at desc, r.id desc limit ${parameters.add(options.limit + 1)}`,
    parameters.values,
    { prepare: true },
  )
  return toPage(rows, options.limit, placeOf, ({ micros: _, ...record }) => record)
}

/**
 * Why deliveries were refused since then, the latest reason first; of a flood only the latest minutes are counted. `sourceId` null:
 * those to URLs that name no source.
 */
export async function summariseRejections(sql: Sql, sourceId: string | null, since: Instant): Promise<RejectionSummary[]> {
  const [of, parameters] = sourceId === null ? ['source_id is null', [since]] : ['source_id = $2', [since, sourceId]]
  return [...(await sql.unsafe<RejectionSummary[]>(summarise(of), parameters, { prepare: true }))]
}

/** How many were refused since then, by the source's id; null stands for URLs that name no source. @param sourceId of this one only. */
export async function countRejections(sql: Sql, since: Instant, sourceId?: string): Promise<Map<string | null, number>> {
  const rows = await sql.unsafe<{ sourceId: string | null; times: number }[]>(
    `select source_id as "sourceId", sum(times)::int as times from rejections
    where last_at > ${instant('$1')}${sourceId === undefined ? '' : ' and source_id = $2'} group by 1`,
    sourceId === undefined ? [since] : [since, sourceId],
    { prepare: true },
  )
  return new Map(rows.map(({ sourceId, times }) => [sourceId, times]))
}

const LATEST_FIVE = (column: string) => `
  (select coalesce(array_agg(${column} order by at desc), '{}') from (
    select ${column}, max(last_at) as at from known k where k.code = s.code and k.message = s.message and ${column} is not null group by 1 order by 2 desc limit 5) five)`

/** An attacker makes up to 500 rows a minute: the pages that show them must stay cheap. */
const SUMMARISED = 5_000

const summarise = (of: string) => `
with known as (select * from rejections where ${of} and last_at > ${instant('$1')} order by last_at desc limit ${SUMMARISED}),
s as (select code, message, sum(times)::int as times, min(minute) as first_at, max(last_at) as last_at, count(distinct address)::int as addresses from known group by 1, 2)
select s.code, s.message, s.times, ${ms('s.first_at')} as "firstAt", ${ms('s.last_at')} as "lastAt", s.addresses as "addressCount",
  ${LATEST_FIVE('address')} as addresses, ${LATEST_FIVE('session')} as sessions
from s order by s.last_at desc, s.code, s.message limit 50`
