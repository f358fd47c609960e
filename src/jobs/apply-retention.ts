import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { dropExpiredBodies, dropExpiredEvents, type FoldAway } from '../store/retention'

export interface RetentionDeps {
  sql: Sql
  retentionBodiesMs: number
  retentionEventsMs: number
  now(): Instant
  /** Puts a day's events into the sessions' base before they are dropped. */
  foldAway: FoldAway
}

/** Drops what is older than RETENTION_BODIES and RETENTION_EVENTS, by whole days. */
export async function applyRetention(deps: RetentionDeps): Promise<void> {
  const now = deps.now()
  await dropExpiredBodies(deps.sql, now - deps.retentionBodiesMs)
  await dropExpiredEvents(deps.sql, now - deps.retentionEventsMs, deps.foldAway)
}
