import type { Sql } from 'postgres'
import type { EventType, Instant } from '../domain/event'
import { isFromSender } from '../domain/fold'
import { emptyTally, type SessionTally } from '../domain/session'
import { MINUTE_MS } from '../domain/time'
import type { SessionBase } from './rebuild'

/**
 * A session's tally as it was at `at`: what the dropped days had counted, whole minutes since then from the rollups, the rest from
 * the ledger. What it sent is counted by the messages' own time, which is all that is known of it minute by minute.
 */
export async function findTallyAt(sql: Sql, sessionId: string, at: Instant): Promise<SessionTally> {
  const [found] = await sql.unsafe<{ base: SessionBase | null }[]>('select base from sessions where session_id = $1', [sessionId], { prepare: true })
  const { tally: dropped, until } = found?.base ?? { tally: emptyTally(), until: 0 }
  const [kinds, minutes, [sent]] = await Promise.all([
    sql.unsafe<{ type: EventType; count: number; last: Instant }[]>(KINDS, [sessionId, at, until], { prepare: true }),
    sql.unsafe<{ minute: number; count: number }[]>(MINUTES, [sessionId, at - 60 * MINUTE_MS, at], { prepare: true }),
    sql.unsafe<{ count: number }[]>(SENT, [sessionId, at, until], { prepare: true }),
  ])
  const countOf = (matches: (type: EventType) => boolean) => kinds.reduce((sum, kind) => sum + (matches(kind.type) ? kind.count : 0), 0)
  const now = Math.floor(at / MINUTE_MS)
  const counts = new Map(minutes.map(({ minute, count }) => [minute, count]))
  const heard = kinds.filter(({ type }) => isFromSender(type))
  return {
    events: dropped.events + countOf(() => true),
    messagesReceived: dropped.messagesReceived + countOf((type) => type === 'message.received'),
    messagesSent: dropped.messagesSent + (sent?.count ?? 0),
    calls: dropped.calls + countOf((type) => type.startsWith('call.')),
    lastEventAt: heard.length > 0 ? Math.max(...heard.map(({ last }) => last)) : dropped.lastEventAt,
    minute: now,
    count: counts.get(now) ?? 0,
    lastOf: { ...dropped.lastOf, ...Object.fromEntries(heard.map(({ type, last }) => [type, last])) },
    past: { from: now - 59, counts: Array.from({ length: 59 }, (_, i) => counts.get(now - 59 + i) ?? 0) },
  }
}

const at = (parameter: string) => `to_timestamp(${parameter}::float8 / 1000)`

/** As isFromSender() says it. */
const OF_SENDER = `type not in ('session.stale', 'session.answered') and type not like 'operator.%'`

// Counted minutes end where the rollups end, and with the last whole minute before the instant.
const BORDER = `(select least(to_timestamp(coalesce((select value::text::float8 from settings where key = 'rolled_up_to'), 0) / 1000), date_trunc('minute', ${at('$2')})))`

const KINDS = `
select type, sum(n)::int as count, (extract(epoch from max(last)) * 1000)::float8 as last from (
  select type, sum(count) as n, max(minute) as last from rollups where session_id = $1 and minute >= ${at('$3')} and minute < ${BORDER} group by type
  union all
  select type, count(*), max(received_at) from events where session_id = $1 and received_at >= greatest(${BORDER}, ${at('$3')}) and received_at <= ${at('$2')} group by type) k
group by type`

const MINUTES = `
select (extract(epoch from date_trunc('minute', at)) / 60)::int as minute, count(*)::int as count from events
where session_id = $1 and received_at > ${at('$2')} and at > ${at('$2')} and at <= ${at('$3')} and ${OF_SENDER} group by 1`

const SENT = `select count(*)::int as count from messages where session_id = $1 and from_me and sent_at > ${at('$3')} and sent_at <= ${at('$2')}`
