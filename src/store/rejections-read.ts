import type { Sql } from 'postgres'
import type { QuarantineRecord, RejectionRecord } from '../domain/records'
import { microInstant, micros, ms, type Page, Parameters, readPlace, toPage, writeCursor } from './page'

interface ListOptions {
  /** Slug. */
  source?: string
  limit: number
  cursor?: string | null
}

/** Refused deliveries, the latest first; alike ones of a minute are one record. */
export async function listRejections(sql: Sql, options: ListOptions): Promise<Page<RejectionRecord>> {
  const { where, parameters } = conditionsOf(options, 'r.last_at', 'coalesce(so.slug, r.slug)')
  const rows = await sql.unsafe<(RejectionRecord & { micros: number })[]>(
    `select r.id, coalesce(so.slug, r.slug) as source, r.session, ${ms('r.minute')} as at, ${ms('r.last_at')} as "lastAt", r.times, r.address, r.code, r.message,
      ${micros('r.last_at')} as micros
    from rejections r left join sources so on so.id = r.source_id ${where} order by r.last_at desc, r.id desc limit ${parameters.add(options.limit + 1)}`,
    parameters.values,
    { prepare: true },
  )
  return toPage(
    rows,
    options.limit,
    (row) => writeCursor(row.micros, row.id),
    ({ micros: _, ...record }) => record,
  )
}

/** Authentic deliveries that nobody could decode and nobody has looked at yet, the latest first. */
export async function listQuarantine(sql: Sql, options: ListOptions): Promise<Page<QuarantineRecord>> {
  const { where, parameters } = conditionsOf(options, 'r.received_at', 'so.slug', 'r.resolved_at is null')
  const rows = await sql.unsafe<(QuarantineRecord & { micros: number })[]>(
    `select r.id, coalesce(so.slug, 'deleted') as source, r.name as session, ${ms('r.received_at')} as "receivedAt", r.reason, length(r.body) as "bodySize", ${micros('r.received_at')} as micros
    from quarantine r left join sources so on so.id = r.source_id ${where} order by r.received_at desc, r.id desc limit ${parameters.add(options.limit + 1)}`,
    parameters.values,
    { prepare: true },
  )
  return toPage(
    rows,
    options.limit,
    (row) => writeCursor(row.micros, row.id),
    ({ micros: _, ...record }) => record,
  )
}

function conditionsOf(options: ListOptions, at: string, slug: string, ...conditions: string[]): { where: string; parameters: Parameters } {
  const parameters = new Parameters()
  if (options.source !== undefined) conditions.push(`${slug} = ${parameters.add(options.source)}`)
  if (options.cursor) {
    const place = readPlace(options.cursor)
    conditions.push(`(${at}, r.id) < (${microInstant(parameters.add(place.micros))}, ${parameters.add(place.id)}::uuid)`)
  }
  return { where: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '', parameters }
}
