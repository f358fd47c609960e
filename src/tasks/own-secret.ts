import type { Sql } from 'postgres'
import { DEFAULT_SLUG, listSources } from '../store/sources'
import type { Vault } from '../store/vault'

/** The newest live secret of the default source: what it signs is shown, it itself is not. */
export async function findOwnSecret(sql: Sql, vault: Vault): Promise<string | null> {
  const own = (await listSources(sql, vault)).find((source) => source.slug === DEFAULT_SLUG)
  return own?.secrets.findLast((secret) => secret.retiresAt === null)?.value ?? null
}
