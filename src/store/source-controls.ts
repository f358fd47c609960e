/** Where the REST APIs of sources are, and with which key: sealed at rest, opened only to be used. */
import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { instant, ms } from './page'
import type { Vault } from './vault'

export interface SourceControl {
  sourceId: string
  /** Its slug. */
  source: string
  /** A controller's id. */
  api: string
  /** http or https, without a slash at the end. */
  baseUrl: string
  /** Whether it has a key, which is never shown again. */
  hasKey: boolean
  updatedAt: Instant
}

/** The same with its key, for those who ask the API. `problem` says why a key cannot be opened. */
export type OpenControl = SourceControl & ({ key: string | null } | { key: undefined; problem: string })

/** Every source that has one, by the source's id. */
export async function listSourceControls(sql: Sql): Promise<Map<string, SourceControl>> {
  const rows = await sql.unsafe<SourceControl[]>(`${SELECT}`)
  return new Map(rows.map((row) => [row.sourceId, row]))
}

export async function findSourceControl(sql: Sql, sourceId: string): Promise<SourceControl | undefined> {
  const [row] = await sql.unsafe<SourceControl[]>(`${SELECT} where c.source_id = $1`, [sourceId])
  return row
}

/** As listSourceControls, opened. One that another ENCRYPTION_KEY sealed stands in nobody else's way. */
export async function listOpenControls(sql: Sql, vault: Vault): Promise<OpenControl[]> {
  const rows = await sql.unsafe<SealedRow[]>(`${SELECT_SEALED}`)
  return rows.map(({ ciphertext, keyId, ...control }) => {
    if (ciphertext === null || keyId === null) return { ...control, key: null }
    try {
      return { ...control, key: vault.open({ ciphertext, keyId }, aboutKey(control.sourceId)) }
    } catch (cause) {
      return { ...control, key: undefined, problem: (cause as Error).message }
    }
  })
}

/** @param key what to seal; null for an API without one, undefined to keep the key that is there. */
export async function saveSourceControl(
  sql: Sql,
  vault: Vault,
  control: { sourceId: string; api: string; baseUrl: string; key: string | null | undefined },
  now: Instant,
): Promise<void> {
  const { sourceId, api, baseUrl, key } = control
  const sealed = typeof key === 'string' ? vault.seal(key, aboutKey(sourceId)) : null
  await sql.unsafe(SAVE, [sourceId, api, baseUrl, (sealed?.ciphertext as Buffer | undefined) ?? null, sealed?.keyId ?? null, now, key === undefined])
}

/** @returns whether there was one. */
export async function deleteSourceControl(sql: Sql, sourceId: string): Promise<boolean> {
  return (await sql.unsafe('delete from source_controls where source_id = $1 returning 1', [sourceId])).length > 0
}

interface SealedRow extends SourceControl {
  ciphertext: Uint8Array | null
  keyId: string | null
}

const aboutKey = (sourceId: string) => `control key:${sourceId}`

const COLUMNS = `c.source_id as "sourceId", o.slug as source, api, base_url as "baseUrl", key_ciphertext is not null as "hasKey", ${ms('c.updated_at')} as "updatedAt"`
const FROM = 'from source_controls c join sources o on o.id = c.source_id'
const SELECT = `select ${COLUMNS} ${FROM}`
const SELECT_SEALED = `select ${COLUMNS}, key_ciphertext as ciphertext, key_id as "keyId" ${FROM} order by o.slug`

const SAVE = `
insert into source_controls as c (source_id, api, base_url, key_ciphertext, key_id, updated_at) values ($1, $2, $3, $4, $5, ${instant('$6')})
on conflict (source_id) do update set api = excluded.api, base_url = excluded.base_url, updated_at = excluded.updated_at,
  key_ciphertext = case when $7::boolean then c.key_ciphertext else excluded.key_ciphertext end,
  key_id = case when $7::boolean then c.key_id else excluded.key_id end`
