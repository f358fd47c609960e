import type { Sql } from 'postgres'
import { AppError } from '../../domain/error'
import type { Instant } from '../../domain/event'
import type { Scope } from '../../domain/scope'
import { insertApiKey, useApiKey } from '../../store/api-keys'
import { isScope } from './roles'
import { isSameSecret, newToken, tokenHash } from './tokens'

/** Who an API request comes from. */
export interface ApiClient {
  /** The key's id; `env` for API_KEY. */
  id: string
  name: string
  scopes: readonly Scope[]
  /** Set when it is an operator's browser. */
  operatorId?: string
}

export interface ApiKeyInput {
  name: string
  scopes: readonly Scope[]
  operatorId: string
  expiresAt?: Instant | null
}

/** Makes a key. Its text is returned once and kept nowhere: only the hash is. */
export async function createApiKey(sql: Sql, input: ApiKeyInput, now: Instant): Promise<{ id: string; key: string; start: string }> {
  const name = input.name.trim()
  if (name === '' || name.length > 100) throw new AppError('invalid', 'name: A name of at most 100 characters')
  if (input.scopes.length === 0) throw new AppError('invalid', 'scopes: At least one of read, write, admin')
  const id = Bun.randomUUIDv7()
  const key = `lk_${newToken()}`
  const start = key.slice(0, 9)
  await insertApiKey(sql, {
    id,
    name,
    start,
    hash: tokenHash(key),
    scopes: input.scopes,
    operatorId: input.operatorId,
    createdAt: now,
    expiresAt: input.expiresAt ?? null,
  })
  return { id, key, start }
}

const REMEMBERED_MS = 30_000
const REMEMBERED = 1_000

/** Knows keys by their hash, and remembers for half a minute what the database said: a deleted key works that long at most elsewhere. */
export class ApiKeys {
  readonly #known = new Map<string, { client: ApiClient | null; until: Instant }>()

  constructor(
    private readonly sql: Sql,
    private readonly now: () => Instant,
    /** API_KEY of the environment: full rights. */
    private readonly envKey: string | null,
  ) {}

  /**
   * Whose key this is; null when nobody's.
   * @param beforeLookup may refuse (by throwing) to ask the database about a key that is not remembered.
   */
  async verifyApiKey(key: string, beforeLookup?: () => Promise<void>): Promise<ApiClient | null> {
    if (key.length < 16 || key.length > 200) return null
    if (this.envKey !== null && isSameSecret(key, this.envKey)) return { id: 'env', name: 'API_KEY', scopes: ['admin'] }
    const hash = tokenHash(key)
    const known = this.#known.get(hash)
    if (known && known.until > this.now()) return known.client
    await beforeLookup?.()
    const record = await useApiKey(this.sql, hash, this.now())
    const client = record ? { id: record.id, name: record.name, scopes: record.scopes.filter(isScope) } : null
    this.#remember(hash, client)
    return client
  }

  /** To be called when a key is made or deleted: here it takes effect at once. */
  forget(): void {
    this.#known.clear()
  }

  #remember(hash: string, client: ApiClient | null): void {
    // Strangers choose what is looked up: the oldest goes.
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(hash, { client, until: this.now() + REMEMBERED_MS })
  }
}
