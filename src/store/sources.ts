import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import { isLive, MOST_LIVE, rotationOf } from '../domain/rotation'
import { DEFAULT_SCHEMES, type SchemeSetting } from '../signing/scheme'
import { readSchemes } from '../signing/scheme-shape'
import { lookAgainAtSource } from './allowances'
import { instant, ms } from './page'
import { addSecret, type Db, listSecrets, type MadeSecret, retireSecret, type SourceSecret } from './secrets'
import { IN_ORDER } from './session-writes'
import type { Vault } from './vault'

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
  const secrets = await listSecrets(sql, vault)
  return sources.map((source) => ({ ...source, secrets: secrets.get(source.id) ?? [] }))
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

/**
 * A new source with its first secret: `value`, or a generated one. None for a source that asks for no proof.
 * @throws what insertSource() and addSecret() do; then nothing was made.
 */
export async function createSource(
  sql: Sql,
  vault: Vault,
  input: SourceInput,
  now: Instant,
  value?: string,
): Promise<{ id: string; secret: MadeSecret | null }> {
  return sql.begin(async (tx) => {
    const { id } = await insertSource(tx, input, now)
    const isOpen = input.schemes?.some((one) => one.scheme === 'none') ?? false
    return { id, secret: isOpen && value === undefined ? null : await addSecret(tx, vault, id, now, value) }
  })
}

/**
 * Sets all that an operator sets; what is left out goes back to its default. The slug stays, since senders know it. Sessions for which
 * the same operator answered as for the source go along to the new one.
 * @throws AppError `not_found`, `invalid` for schemes that cannot be.
 */
export async function updateSource(sql: Db, id: string, input: Omit<SourceInput, 'slug'>): Promise<void> {
  const [row] = await sql.unsafe<{ before: string }[]>(UPDATE_SOURCE, [id, ...settingsOf(input)])
  if (!row) throw new AppError('not_found', 'There is no such source')
  // What was heard before says nothing about the sender that is to be recognised now.
  if (input.provider === 'auto' && row.before !== 'auto') await sql.unsafe('delete from source_sightings where source_id = $1', [id])
  await lookAgainAtSource(sql, id)
}

/**
 * Takes up the proposal of a source that was recognising its senders: from now on it is this provider's. How its deliveries
 * prove themselves stays as it was, so that nobody is locked out.
 * @throws AppError `not_found`, `conflict` when the source has a provider already.
 */
export async function confirmProvider(sql: Db, id: string, provider: string): Promise<void> {
  const [row] = await sql.unsafe(CONFIRM_PROVIDER, [id, provider, JSON.stringify(DEFAULT_SCHEMES)])
  if (row) return
  const [source] = await sql.unsafe('select 1 from sources where id = $1', [id])
  if (!source) throw new AppError('not_found', 'There is no such source')
  throw new AppError('conflict', 'This source has a provider already: change it in its settings')
}

/** Its secrets go with it; what it sent stays until retention drops it. @throws AppError `not_found`, `conflict` for the default source. */
export async function deleteSource(sql: Db, id: string): Promise<void> {
  const [row] = await sql.unsafe<{ slug: string }[]>('select slug from sources where id = $1', [id])
  if (!row) throw new AppError('not_found', 'There is no such source')
  if (row.slug === DEFAULT_SLUG) throw new AppError('conflict', 'The default source cannot be deleted: retire its secrets instead')
  await sql.unsafe('delete from sources where id = $1', [id])
}

/**
 * Makes sure that the default source exists and knows WEBHOOK_SECRET. Without that, its first secret is generated: `secret`
 * is then the only copy that anybody will see.
 *
 * A WEBHOOK_SECRET that was changed later is added beside the other, so that senders can be moved one by one; one that an
 * operator has retired stays retired.
 * @throws AppError `conflict` when two others are live and both in use: which of them goes, is for a person to say.
 */
export async function ensureDefaultSource(
  sql: Sql,
  vault: Vault,
  config: { webhookSecret: string | null },
  now: Instant,
): Promise<{ created: boolean; secret: string | null }> {
  try {
    const input = { slug: DEFAULT_SLUG, label: 'Default', provider: 'auto' }
    const { secret } = await createSource(sql, vault, input, now, config.webhookSecret ?? undefined)
    return { created: true, secret: config.webhookSecret === null ? (secret?.value ?? null) : null }
  } catch (cause) {
    if (!(cause instanceof AppError && cause.code === 'conflict')) throw cause
  }
  if (config.webhookSecret !== null) await addMissing(sql, vault, config.webhookSecret, now)
  return { created: false, secret: null }
}

function settingsOf(input: Omit<SourceInput, 'slug'>): (string | number | null)[] {
  const schemes = input.schemes ? JSON.stringify(readSchemes(input.schemes)) : null
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
  if (!source || source.secrets.some((secret) => secret.value === value)) return
  const live = source.secrets.filter((secret) => isLive(secret, now))
  if (live.length >= MOST_LIVE) {
    const rotation = rotationOf(live, now)
    if (rotation?.state !== 'ready') throw new AppError('conflict', THIRD_SECRET)
    await retireSecret(sql, rotation.previous.id, now)
  }
  await addSecret(sql, vault, source.id, now, value)
}

const THIRD_SECRET =
  'WEBHOOK_SECRET is new, but the default source has two live secrets that are both in use: finish that rotation (bun task rotate-secret --finish) or set it back'

const LIST_SOURCES = `
select id, slug, label, provider, schemes, owner_id as "ownerId", stale_after_ms as "staleAfterMs", qr_expires_after_ms as "qrExpiresAfterMs",
  connecting_timeout_ms as "connectingTimeoutMs", ${ms('created_at')} as "createdAt"
from sources order by slug`

// ::text::jsonb, because postgres.js would make JSON of the JSON for a parameter that Postgres says is jsonb.
const INSERT_SOURCE = `
insert into sources (id, slug, created_at, label, provider, schemes, owner_id, stale_after_ms, qr_expires_after_ms, connecting_timeout_ms)
values ($1, $2, ${instant('$3')}, $4, $5, $6::text::jsonb, $7, $8, $9, $10) on conflict (slug) do nothing returning id`

const UPDATE_SOURCE = `
with before as (select provider, owner_id from sources where id = $1),
theirs as materialized (select x.session_id from sessions x, before b
  where x.source_id = $1 and x.owner_id is not distinct from b.owner_id and b.owner_id is distinct from $5::text ${IN_ORDER}),
moved as (update sessions set owner_id = $5::text where session_id in (select session_id from theirs))
update sources set label = $2, provider = $3, schemes = $4::text::jsonb, owner_id = $5::text, stale_after_ms = $6, qr_expires_after_ms = $7, connecting_timeout_ms = $8
where id = $1 returning (select provider from before) as before`

const CONFIRM_PROVIDER = `update sources set provider = $2, schemes = coalesce(schemes, $3::text::jsonb) where id = $1 and provider = 'auto' returning id`
