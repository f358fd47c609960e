import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { instant, ms } from './page'

export interface ApiKeyRecord {
  id: string
  name: string
  /** Its first characters. */
  start: string
  scopes: string[]
  createdAt: Instant
  lastUsedAt: Instant | null
  expiresAt: Instant | null
}

export interface NewApiKey {
  id: string
  name: string
  start: string
  /** SHA-256 of the key, base64url: what @better-auth/api-key keeps, so that the plugin could read our rows. */
  hash: string
  scopes: readonly string[]
  /** Operator id, or `system` for one made on the command line. */
  operatorId: string
  createdAt: Instant
  expiresAt: Instant | null
}

export async function insertApiKey(sql: Sql, key: NewApiKey): Promise<void> {
  await sql.unsafe(
    `insert into api_keys (id, name, start, prefix, operator_id, hash, permissions, expires_at, created_at, updated_at)
    values ($1, $2, $3, 'lk_', $4, $5, $6, ${instant('$7')}, ${instant('$8')}, ${instant('$8')})`,
    [key.id, key.name, key.start, key.operatorId, key.hash, JSON.stringify({ linekeeper: key.scopes }), key.expiresAt, key.createdAt],
  )
}

/** The live key with this hash. Notes its use: callers remember the answer for a while, so this is not one write per request. */
export async function useApiKey(sql: Sql, hash: string, now: Instant): Promise<ApiKeyRecord | undefined> {
  const [row] = await sql.unsafe<Row[]>(
    `update api_keys set last_used_at = ${instant('$2')} where hash = $1 and enabled and (expires_at is null or expires_at > ${instant('$2')}) returning ${COLUMNS}`,
    [hash, now],
    { prepare: true },
  )
  return row && toRecord(row)
}

export async function listApiKeys(sql: Sql): Promise<ApiKeyRecord[]> {
  return (await sql.unsafe<Row[]>(`select ${COLUMNS} from api_keys where enabled order by created_at desc, id`)).map(toRecord)
}

/** @returns false when there is no such key. */
export async function deleteApiKey(sql: Sql, id: string): Promise<boolean> {
  return (await sql`delete from api_keys where id = ${id}`).count === 1
}

interface Row extends Omit<ApiKeyRecord, 'scopes'> {
  permissions: string | null
}

const COLUMNS = `id, coalesce(name, '') as name, coalesce(start, '') as start, permissions, ${ms('created_at')} as "createdAt", ${ms('last_used_at')} as "lastUsedAt", ${ms('expires_at')} as "expiresAt"`

function toRecord({ permissions, ...row }: Row): ApiKeyRecord {
  const scopes = permissions ? ((JSON.parse(permissions) as { linekeeper?: string[] }).linekeeper ?? []) : []
  return { id: row.id, name: row.name, start: row.start, scopes, createdAt: row.createdAt, lastUsedAt: row.lastUsedAt, expiresAt: row.expiresAt }
}
