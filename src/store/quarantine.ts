import type { Instant } from '../domain/event'
import type { Tx } from './ledger'
import { instant } from './page'

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
  /** Redacted. */
  body: Uint8Array
  scheme?: string | null
  secretId?: string | null
  /** Bytes as they arrived; those of `body` where it is absent. */
  bodySize?: number
}

/** Idempotent: a delivery kept twice is kept once. */
export async function insertQuarantined(sql: Tx, row: Quarantined): Promise<void> {
  const clean = (text: string) => text.replaceAll('\0', '\uFFFD').toWellFormed()
  await sql.unsafe(INSERT, [
    row.sessionId,
    row.id,
    row.sourceId,
    row.name === null ? null : clean(row.name),
    row.receivedAt,
    clean(row.reason),
    clean(row.path),
    row.address,
    clean(row.headers),
    Buffer.from(row.body),
    row.scheme ?? null,
    row.secretId ?? null,
    row.bodySize ?? row.body.byteLength,
  ])
}

/** They have been dealt with: decoded at last, or put away. */
export async function resolveQuarantined(sql: Tx, ids: readonly string[], now: Instant): Promise<number> {
  const rows = await sql.unsafe(`update quarantine set resolved_at = ${instant('$2')} where id = any($1::text::uuid[]) and resolved_at is null returning 1`, [
    `{${ids.join(',')}}`,
    now,
  ])
  return rows.length
}

const INSERT = `
insert into quarantine (session_id, id, source_id, name, received_at, reason, path, address, headers, body, scheme, secret_id, body_size)
values ($1, $2, $3, $4, ${instant('$5')}, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing`
