import { randomBytes } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import type { SchemeSetting, Secret } from '../signing/scheme'
import { instant, ms } from './page'
import type { Vault } from './vault'

type Db = Sql | TransactionSql

export interface SourceSecret extends Secret {
  createdAt: Instant
  /** From then on it proves nothing any more; null = lives on. */
  retiresAt: Instant | null
  lastUsedAt: Instant | null
  uses: number
}

export interface Source {
  id: string
  slug: string
  label: string
  /** A provider's id, or `auto`. */
  provider: string
  /** null = the provider's own. */
  schemes: SchemeSetting[] | null
  ownerId: string | null
  staleAfterMs: number | null
  qrExpiresAfterMs: number | null
  connectingTimeoutMs: number | null
  createdAt: Instant
  /** Oldest first, retired ones too. */
  secrets: SourceSecret[]
}

/** What an operator sets of a source. */
export type SourceInput = Pick<Source, 'slug' | 'label' | 'provider'> &
  Partial<Pick<Source, 'schemes' | 'ownerId' | 'staleAfterMs' | 'qrExpiresAfterMs' | 'connectingTimeoutMs'>>

export const DEFAULT_SLUG = 'default'

/** `webhook` would make `/api/whatsapp/webhook/webhook` mean two things; `unknown` is what metrics call a source that is none. */
const RESERVED = new Set(['webhook', 'unknown'])

/**
 * Every source with its secrets opened, by slug.
 * @throws AppError `unavailable` when one was sealed with another key.
 */
export async function listSources(sql: Db, vault: Vault): Promise<Source[]> {
  const sources = await sql.unsafe<Omit<Source, 'secrets'>[]>(LIST_SOURCES)
  const secrets = await sql.unsafe<SecretRow[]>(LIST_SECRETS)
  return sources.map((source) => ({ ...source, secrets: secrets.filter((row) => row.sourceId === source.id).map((row) => openSecret(row, vault)) }))
}

/** @throws AppError `invalid` for a slug that cannot stand in a URL, `conflict` when it is taken. */
export async function insertSource(sql: Db, input: SourceInput, now: Instant): Promise<{ id: string }> {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(input.slug)) throw new AppError('invalid', 'slug: lower-case letters, digits and dashes, at most 63')
  if (RESERVED.has(input.slug)) throw new AppError('invalid', `slug: "${input.slug}" is reserved`)
  const id = Bun.randomUUIDv7()
  const [row] = await sql.unsafe(INSERT_SOURCE, [id, input.slug, now, ...settingsOf(input)])
  if (!row) throw new AppError('conflict', `There is a source "${input.slug}" already`)
  return { id }
}

/** Sets all that an operator sets; the slug stays, since senders know it. @throws AppError `not_found`. */
export async function updateSource(sql: Db, id: string, input: Omit<SourceInput, 'slug'>): Promise<void> {
  const [row] = await sql.unsafe(UPDATE_SOURCE, [id, ...settingsOf(input)])
  if (!row) throw new AppError('not_found', 'There is no such source')
}

/** Its secrets go with it; what it sent stays until retention drops it. @throws AppError `not_found`, `conflict` for the default source. */
export async function deleteSource(sql: Db, id: string): Promise<void> {
  const [row] = await sql.unsafe<{ slug: string }[]>('select slug from sources where id = $1', [id])
  if (!row) throw new AppError('not_found', 'There is no such source')
  if (row.slug === DEFAULT_SLUG) throw new AppError('conflict', 'The default source cannot be deleted: retire its secrets instead')
  await sql.unsafe('delete from sources where id = $1', [id])
}

/** Adds a live secret: `value`, or a generated one (base64url of 32 bytes). Others stay live until they are retired. */
export async function addSecret(sql: Db, vault: Vault, sourceId: string, now: Instant, value = newSecret()): Promise<{ id: string; value: string }> {
  const id = Bun.randomUUIDv7()
  const { ciphertext, keyId } = vault.seal(value, aboutSecret(id))
  await sql.unsafe(INSERT_SECRET, [id, sourceId, ciphertext as Buffer, keyId, vault.fingerprint(value), now])
  return { id, value }
}

/** Lets a secret live until `at`, and no longer than before. @throws AppError `not_found`. */
export async function retireSecret(sql: Db, secretId: string, at: Instant): Promise<void> {
  const [row] = await sql.unsafe(`update secrets set retires_at = least(retires_at, ${instant('$2')}) where id = $1 returning id`, [secretId, at])
  if (!row) throw new AppError('not_found', 'There is no such secret')
}

/**
 * Makes sure that the default source exists and knows WEBHOOK_SECRET. Without that, its first secret is generated: `secret`
 * is then the only copy that anybody will see.
 *
 * A WEBHOOK_SECRET that was changed later is added beside the others, so that senders can be moved one by one; one that an
 * operator has retired stays retired.
 */
export async function ensureDefaultSource(
  sql: Sql,
  vault: Vault,
  config: { webhookSecret: string | null },
  now: Instant,
): Promise<{ created: boolean; secret: string | null }> {
  try {
    return await sql.begin(async (tx) => {
      const { id } = await insertSource(tx, { slug: DEFAULT_SLUG, label: 'Default', provider: 'auto' }, now)
      const { value } = await addSecret(tx, vault, id, now, config.webhookSecret ?? undefined)
      return { created: true, secret: config.webhookSecret === null ? value : null }
    })
  } catch (cause) {
    if (!(cause instanceof AppError && cause.code === 'conflict')) throw cause
  }
  if (config.webhookSecret !== null) await addMissing(sql, vault, config.webhookSecret, now)
  return { created: false, secret: null }
}

/** Adds what was counted elsewhere to the uses of secrets. */
export async function addUses(sql: Db, uses: readonly { id: string; times: number; lastAt: Instant }[]): Promise<void> {
  if (uses.length > 0) await sql.unsafe(ADD_USES, [JSON.stringify(uses)])
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

interface SecretRow extends Omit<SourceSecret, 'value'> {
  sourceId: string
  ciphertext: Uint8Array
  keyId: string
}

const aboutSecret = (id: string) => `secret:${id}`

function openSecret({ sourceId: _, ciphertext, keyId, ...secret }: SecretRow, vault: Vault): SourceSecret {
  return { ...secret, value: vault.open({ ciphertext, keyId }, aboutSecret(secret.id)) }
}

function settingsOf(input: Omit<SourceInput, 'slug'>): (string | number | null)[] {
  const schemes = input.schemes ? JSON.stringify(input.schemes) : null
  return [
    input.label,
    input.provider,
    schemes,
    input.ownerId ?? null,
    input.staleAfterMs ?? null,
    input.qrExpiresAfterMs ?? null,
    input.connectingTimeoutMs ?? null,
  ]
}

async function addMissing(sql: Sql, vault: Vault, value: string, now: Instant): Promise<void> {
  const source = (await listSources(sql, vault)).find((one) => one.slug === DEFAULT_SLUG)
  if (source && !source.secrets.some((secret) => secret.value === value)) await addSecret(sql, vault, source.id, now, value)
}

const LIST_SOURCES = `
select id, slug, label, provider, schemes, owner_id as "ownerId", stale_after_ms as "staleAfterMs", qr_expires_after_ms as "qrExpiresAfterMs",
  connecting_timeout_ms as "connectingTimeoutMs", ${ms('created_at')} as "createdAt"
from sources order by slug`

const LIST_SECRETS = `
select id, source_id as "sourceId", ciphertext, key_id as "keyId", ${ms('created_at')} as "createdAt", ${ms('retires_at')} as "retiresAt",
  ${ms('last_used_at')} as "lastUsedAt", uses
from secrets order by created_at, id`

// ::text::jsonb, because postgres.js would make JSON of the JSON for a parameter that Postgres says is jsonb.
const INSERT_SOURCE = `
insert into sources (id, slug, created_at, label, provider, schemes, owner_id, stale_after_ms, qr_expires_after_ms, connecting_timeout_ms)
values ($1, $2, ${instant('$3')}, $4, $5, $6::text::jsonb, $7, $8, $9, $10) on conflict (slug) do nothing returning id`

const UPDATE_SOURCE = `
update sources set label = $2, provider = $3, schemes = $4::text::jsonb, owner_id = $5, stale_after_ms = $6, qr_expires_after_ms = $7, connecting_timeout_ms = $8
where id = $1 returning id`

const INSERT_SECRET = `insert into secrets (id, source_id, ciphertext, key_id, fingerprint, created_at) values ($1, $2, $3, $4, $5, ${instant('$6')})`

const ADD_USES = `
update secrets s set uses = s.uses + u.times, last_used_at = greatest(s.last_used_at, ${instant('u."lastAt"')})
from json_to_recordset($1::text::json) as u(id uuid, times int, "lastAt" float8) where s.id = u.id`
