import type { Instant } from '../domain/event'
import { keyHash } from '../domain/id'
import { MINUTE_MS } from '../domain/time'
import type { Tx } from './ledger'

export interface RejectionRow {
  sourceId: string | null
  slug: string | null
  session: string | null
  address: string
  code: string
  message: string
  at: Instant
  times: number
}

/** Adds refusals to the row of their minute: equal ones share an id and are counted. */
export async function upsertRejections(sql: Tx, rows: RejectionRow[]): Promise<void> {
  const clean = (text: string | null) => text?.replaceAll('\0', '\uFFFD').toWellFormed().slice(0, 500) ?? null
  const prepared = rows.map((row) => {
    const minute = Math.floor(row.at / MINUTE_MS) * MINUTE_MS
    const id = keyHash([row.slug, row.session, row.address, row.code, row.message, minute].join('\n'))
    return {
      id,
      u: row.sourceId,
      sl: clean(row.slug),
      se: clean(row.session),
      mi: minute,
      l: row.at,
      n: row.times,
      a: clean(row.address),
      c: row.code,
      m: clean(row.message),
    }
  })
  await sql.unsafe(UPSERT, [JSON.stringify(prepared)], { prepare: true })
}

const UPSERT = `
insert into rejections as r (id, source_id, slug, session, minute, last_at, times, address, code, message)
select id, u, sl, se, to_timestamp(mi / 1000), to_timestamp(l / 1000), n, a, c, m
from json_to_recordset($1::text::json) as i(id uuid, u uuid, sl text, se text, mi float8, l float8, n int, a text, c text, m text) order by id
on conflict (id) do update set times = r.times + excluded.times, last_at = greatest(r.last_at, excluded.last_at)`
