import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { MINUTE_MS } from '../domain/time'
import { ROLLUP_GRACE_MS } from '../ingest/rows'
import { countLateMinutes, countMinutes, findFirstMinute, findRolledUpTo } from '../store/rollups'

const MAX_SPAN_MS = 6 * 3_600_000

/**
 * Counts the events of every minute that is over, per session and type, from the ledger itself: exact, repeatable and off
 * the write path. Minutes that got an event later are counted again.
 * @returns the minute up to which everything is counted, or null while the ledger is empty.
 */
export async function rollUpMinutes(deps: { sql: Sql; now(): Instant }): Promise<Instant | null> {
  const until = Math.floor((deps.now() - ROLLUP_GRACE_MS) / MINUTE_MS) * MINUTE_MS
  let from = (await findRolledUpTo(deps.sql)) ?? (await findFirstMinute(deps.sql))
  if (from === null) return null
  while (from < until) {
    const to: Instant = Math.min(from + MAX_SPAN_MS, until)
    await countMinutes(deps.sql, from, to)
    from = to
  }
  await countLateMinutes(deps.sql, from)
  return from
}
