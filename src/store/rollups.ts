import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { DAY_MS } from '../domain/time'
import { IN_ORDER } from './session-writes'

const ROLLED_UP_TO = 'rolled_up_to'

/** The end of what has been counted, or null before the first count. */
export async function findRolledUpTo(sql: Sql): Promise<Instant | null> {
  const [row] = await sql<{ value: number }[]>`select value from settings where key = ${ROLLED_UP_TO}`
  return row?.value ?? null
}

export async function findFirstMinute(sql: Sql): Promise<Instant | null> {
  const [row] = await sql<{ at: number | null }[]>`select (extract(epoch from date_trunc('minute', min(received_at))) * 1000)::float8 as at from events`
  return row?.at ?? null
}

/** Counts the minutes of `[from, to)` and remembers that it did, in one transaction. */
export async function countMinutes(sql: Sql, from: Instant, to: Instant): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(COUNT, [from, to], { prepare: true })
    await tx`insert into settings (key, value) values (${ROLLED_UP_TO}, ${String(to)}::text::jsonb) on conflict (key) do update set value = excluded.value`
  })
}

/** Counts again the minutes before `until` that got an event after they had been counted. */
export async function countLateMinutes(sql: Sql, until: Instant): Promise<void> {
  await sql.begin(async (tx) => {
    const late = await tx<{ at: number }[]>`
      delete from late_minutes where minute < to_timestamp(${until}::float8 / 1000) returning (extract(epoch from minute) * 1000)::float8 as at`
    for (const { at } of late) await tx.unsafe(COUNT, [at, at + 60_000], { prepare: true })
  })
}

const COUNT = `
insert into rollups (session_id, minute, type, count)
select session_id, date_trunc('minute', received_at), type, count(*) from events
where received_at >= to_timestamp($1::float8 / 1000) and received_at < to_timestamp($2::float8 / 1000) group by 1, 2, 3
on conflict (session_id, minute, type) do update set count = excluded.count`

/**
 * The habit of each session: the p99.9 of its silences over the last week, in whole minutes. Null until it has spoken in
 * enough different minutes to have one.
 */
export async function learnUsualGaps(sql: Sql, now: Instant): Promise<void> {
  await sql.unsafe(LEARN, [now - 7 * DAY_MS])
}

const LEARN = `
with spoken as (
  select distinct session_id, minute from rollups
  where minute > to_timestamp($1::float8 / 1000) and type not in ('session.stale', 'session.answered') and type not like 'operator.%'),
gaps as (select session_id, minute - lag(minute) over (partition by session_id order by minute) as gap from spoken),
habits as (
  select session_id, extract(epoch from percentile_disc(0.999) within group (order by gap)) * 1000 as usual
  from gaps where gap is not null group by session_id having count(*) >= 100),
learnt as materialized (
  select x.session_id, h.usual from sessions x join habits h on h.session_id = x.session_id
  where x.usual_gap_ms is distinct from h.usual ${IN_ORDER})
update sessions s set usual_gap_ms = learnt.usual from learnt where learnt.session_id = s.session_id`
