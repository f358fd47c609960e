import type { Instant } from '../domain/event'
import type { Tx } from './ledger'

export interface Quarantined {
  sessionId: string
  id: string
  sourceId: string
  name: string | null
  receivedAt: Instant
  reason: string
  path: string
  address: string
  headers: string
  body: Uint8Array
}

/** Idempotent: a delivery kept twice is kept once. */
export async function insertQuarantined(sql: Tx, row: Quarantined): Promise<void> {
  const clean = (text: string) => text.replaceAll('\0', '\uFFFD').toWellFormed()
  await sql`
    insert into quarantine (session_id, id, source_id, name, received_at, reason, path, address, headers, body)
    values (${row.sessionId}, ${row.id}, ${row.sourceId}, ${row.name === null ? null : clean(row.name)}, to_timestamp(${row.receivedAt}::float8 / 1000), ${clean(row.reason)},
      ${clean(row.path)}, ${row.address}, ${clean(row.headers)}, ${Buffer.from(row.body)})
    on conflict do nothing`
}
