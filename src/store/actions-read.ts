import type { Sql } from 'postgres'
import type { Instant, OperatorFacts } from '../domain/event'
import type { ActionRecord } from '../domain/records'
import { DAY_MS } from '../domain/time'
import { ms } from './page'

/** What an operator had done with this session last, within a day. Operators' events are rare: their types find them faster than the session. */
export async function findLastAction(sql: Sql, sessionId: string, now: Instant): Promise<ActionRecord | null> {
  const [row] = await sql.unsafe<{ facts: OperatorFacts; at: Instant }[]>(LAST, [TYPES, now - DAY_MS, sessionId], { prepare: true })
  if (!row) return null
  const { action, outcome, by, message } = row.facts
  return { action, outcome, by: by.name, at: row.at, message: message ?? null }
}

const TYPES = `{${['start', 'stop', 'restart', 'logout', 'pairing_code'].flatMap((action) => ['requested', 'done', 'failed'].map((outcome) => `operator.${action}_${outcome}`)).join(',')}}`

const LAST = `
select facts, ${ms('received_at')} as at from events
where type = any($1::text::text[]) and received_at > to_timestamp($2::float8 / 1000) and session_id = $3 order by received_at desc, seq desc limit 1`
