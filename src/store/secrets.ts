/** The secrets of sources: sealed at rest, at most two live at once, so that senders can be moved from one to the next. */
import { randomBytes } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import { adviceOf, MOST_LIVE, rotationOf, type SecretUse } from '../domain/rotation'
import type { Secret } from '../signing/scheme'
import { secretProblem } from '../signing/secret-policy'
import { instant, ms } from './page'
import type { Vault } from './vault'

export type Db = Sql | TransactionSql

export interface SourceSecret extends Secret, SecretUse {}

/** A secret that has just been made: `value` is the only copy that anybody will see. */
export interface MadeSecret {
  id: string
  value: string
}

/**
 * All secrets by source, oldest first, retired ones too.
 * @throws AppError `unavailable` when one was sealed with another key.
 */
export async function listSecrets(sql: Db, vault: Vault): Promise<Map<string, SourceSecret[]>> {
  const all = new Map<string, SourceSecret[]>()
  for (const { sourceId, ciphertext, keyId, ...secret } of await sql.unsafe<SecretRow[]>(LIST_SECRETS)) {
    const opened = { ...secret, value: vault.open({ ciphertext, keyId }, aboutSecret(secret.id)) }
    const known = all.get(sourceId)
    if (known) known.push(opened)
    else all.set(sourceId, [opened])
  }
  return all
}

/**
 * Adds a live secret: `value`, or a generated one (base64url of 32 bytes). Another that lives goes on to.
 * @throws AppError `invalid` for one that could be guessed, `not_found`, `conflict` when two are live.
 */
export async function addSecret(sql: Db, vault: Vault, sourceId: string, now: Instant, value = newSecret()): Promise<MadeSecret> {
  const problem = secretProblem(value)
  if (problem !== null) throw new AppError('invalid', `This cannot be a secret: ${problem}`)
  return atomically(sql, (tx) => insertSecret(tx, vault, sourceId, now, value))
}

/**
 * Adds the secret that senders shall be moved to. The old one lives on until finishRotation, or for `retireAfterMs`.
 * @throws what addSecret() does.
 */
export async function startRotation(
  sql: Db,
  vault: Vault,
  sourceId: string,
  now: Instant,
  options: { value?: string | undefined; retireAfterMs?: number | undefined } = {},
): Promise<MadeSecret> {
  return atomically(sql, async (tx) => {
    const made = await addSecret(tx, vault, sourceId, now, options.value)
    if (options.retireAfterMs !== undefined) await tx.unsafe(RETIRE_OTHERS, [sourceId, made.id, now + options.retireAfterMs])
    return made
  })
}

/**
 * Retires the older of a source's two live secrets. rotationOf() says when that loses nothing.
 * @throws AppError `conflict` when there is nothing to finish, or when no sender uses the new secret yet, unless `force`d.
 */
export async function finishRotation(
  sql: Db,
  source: { id: string; secrets: readonly SecretUse[] },
  now: Instant,
  force = false,
): Promise<{ retired: string }> {
  const rotation = rotationOf(source.secrets, now)
  if (rotation === null) throw new AppError('conflict', 'There is one live secret only, and no older one to retire')
  if (rotation.state !== 'ready' && !force) throw new AppError('conflict', adviceOf(rotation, now))
  await retireSecret(sql, rotation.previous.id, now)
  return { retired: rotation.previous.id }
}

/**
 * Retires one of a source's live secrets at once.
 * @throws AppError `not_found`, `conflict` for the last one, without which every delivery would be refused, unless `force`d.
 */
export async function withdrawSecret(sql: Db, source: { id: string }, secretId: string, now: Instant, force = false): Promise<void> {
  await atomically(sql, async (tx) => {
    const live = await lockLive(tx, source.id, now)
    if (!live.includes(secretId)) throw new AppError('not_found', 'There is no such live secret of this source')
    if (live.length === 1 && !force) throw new AppError('conflict', 'This is the only live secret: without it every delivery is refused. Add another first')
    await retireSecret(tx, secretId, now)
  })
}

/** Lets a secret live until `at`, and no longer than before. @throws AppError `not_found`. */
export async function retireSecret(sql: Db, secretId: string, at: Instant): Promise<void> {
  const [row] = await sql.unsafe(RETIRE, [secretId, at])
  if (!row) throw new AppError('not_found', 'There is no such secret')
}

/** Adds what was counted elsewhere to the uses of secrets. */
export async function addUses(sql: Db, uses: readonly { id: string; times: number; firstAt: Instant; lastAt: Instant }[]): Promise<void> {
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

function atomically<T>(sql: Db, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  return ('savepoint' in sql ? sql.savepoint(work) : sql.begin(work)) as Promise<T>
}

/** The ids of a source's live secrets. Two who change them at once wait for each other here: the second sees what the first did. */
async function lockLive(tx: TransactionSql, sourceId: string, now: Instant): Promise<string[]> {
  const [source] = await tx.unsafe('select id from sources where id = $1 for update', [sourceId])
  if (!source) throw new AppError('not_found', 'There is no such source')
  return (await tx.unsafe<{ id: string }[]>(LIST_LIVE, [sourceId, now])).map(({ id }) => id)
}

async function insertSecret(tx: TransactionSql, vault: Vault, sourceId: string, now: Instant, value: string): Promise<MadeSecret> {
  const live = await lockLive(tx, sourceId, now)
  if (live.length >= MOST_LIVE) throw new AppError('conflict', `There are ${MOST_LIVE} live secrets already: retire the older one first`)
  const id = Bun.randomUUIDv7()
  const { ciphertext, keyId } = vault.seal(value, aboutSecret(id))
  await tx.unsafe(INSERT_SECRET, [id, sourceId, ciphertext as Buffer, keyId, vault.fingerprint(value), now])
  return { id, value }
}

const LIST_SECRETS = `
select id, source_id as "sourceId", ciphertext, key_id as "keyId", ${ms('created_at')} as "createdAt", ${ms('retires_at')} as "retiresAt",
  ${ms('first_used_at')} as "firstUsedAt", ${ms('last_used_at')} as "lastUsedAt", uses
from secrets order by created_at, id`

const LIST_LIVE = `select id from secrets where source_id = $1 and (retires_at is null or retires_at > ${instant('$2')})`

const INSERT_SECRET = `insert into secrets (id, source_id, ciphertext, key_id, fingerprint, created_at) values ($1, $2, $3, $4, $5, ${instant('$6')})`

const RETIRE = `update secrets set retires_at = least(retires_at, ${instant('$2')}) where id = $1 returning id`

const RETIRE_OTHERS = `update secrets set retires_at = least(retires_at, ${instant('$3')}) where source_id = $1 and id <> $2`

const ADD_USES = `
update secrets s set uses = s.uses + u.times, first_used_at = coalesce(s.first_used_at, ${instant('u."firstAt"')}),
  last_used_at = greatest(s.last_used_at, ${instant('u."lastAt"')})
from json_to_recordset($1::text::json) as u(id uuid, times int, "firstAt" float8, "lastAt" float8) where s.id = u.id`
