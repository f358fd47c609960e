import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { DAY_MS, HOUR_MS } from '../domain/time'
import type { EventQuery } from './events-read'
import { instant, ms, Parameters } from './page'

const BUCKETS = 90

/**
 * How many events there were over time, for the histogram above a search. Counted from the minute rollups, which know
 * neither text nor the last two minutes: a picture, not an answer.
 */
export async function countEventsOverTime(sql: Sql, query: Omit<EventQuery, 'limit' | 'cursor'>, now: Instant): Promise<{ from: Instant; count: number }[]> {
  if (query.q) return []
  const until = query.until ?? now
  const from = Math.max(query.since ?? until - 1.5 * HOUR_MS, until - 90 * DAY_MS)
  if (until <= from) return []
  const widthMs = Math.max(60_000, Math.ceil((until - from) / BUCKETS / 60_000) * 60_000)
  const first = Math.floor(from / widthMs) * widthMs
  const parameters = new Parameters()
  const width = parameters.add(widthMs / 1000)
  const conditions = [`minute >= ${instant(parameters.add(first))}`, `minute < ${instant(parameters.add(until))}`]
  if (query.type?.endsWith('*')) conditions.push(`starts_with(type, ${parameters.add(query.type.slice(0, -1))}::text)`)
  else if (query.type) conditions.push(`type = ${parameters.add(query.type)}`)
  if (query.session) conditions.push(`session_id in (select session_id from sessions where name = ${parameters.add(query.session)})`)
  if (query.source)
    conditions.push(`session_id in (select session_id from sessions where source_id = (select id from sources where slug = ${parameters.add(query.source)}))`)
  const rows = await sql.unsafe<{ from: Instant; count: number }[]>(
    `select ${ms(`date_bin(make_interval(secs => ${width}::float8), minute, 'epoch')`)} as "from", sum(count)::int as count from rollups where ${conditions.join(' and ')} group by 1`,
    parameters.values,
  )
  const counts = new Map(rows.map((row) => [row.from, row.count]))
  const buckets: { from: Instant; count: number }[] = []
  for (let at = first; at < until; at += widthMs) buckets.push({ from: at, count: counts.get(at) ?? 0 })
  return buckets
}
