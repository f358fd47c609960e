import type { Sql } from 'postgres'
import { AppError } from '../../domain/error'
import type { Instant } from '../../domain/event'
import type { Allowances } from '../../domain/staleness'
import type { SourceBook } from '../../store/source-book'
import type { Source } from '../../store/sources'
import type { Vault } from '../../store/vault'

export interface SourceRoutesDeps {
  sql: Sql
  write: Sql
  vault: Vault
  publicUrl: string
  sources: Pick<SourceBook, 'list' | 'find' | 'refresh'>
  allowances: Allowances
  now(): Instant
}

/** As it stands now, uses counted up to this moment. */
export async function sourceOf({ sources }: SourceRoutesDeps, slug: string | undefined): Promise<Source> {
  await sources.refresh()
  const source = sources.find(slug ?? '')
  if (!source) throw new AppError('not_found', 'There is no such source')
  return source
}
