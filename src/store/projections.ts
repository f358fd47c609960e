/** Projections beside the session: reactions and calls, and the minutes that must be counted again. */
import type { Instant } from '../domain/event'
import type { Statement } from './statement'

export interface ReactionRow {
  s: string
  m: string
  w: string
  x: string
  a: number
}

/** The last reaction of each person to each message; '' when it was taken back. */
export function upsertReactions(rows: ReactionRow[]): Statement {
  return { text: UPSERT_REACTIONS, values: [JSON.stringify(rows)] }
}

const UPSERT_REACTIONS = `
insert into reactions as o (session_id, message_id, sender, text, at)
select distinct on (s, m, w) s, m, w, x, to_timestamp(a / 1000) from json_to_recordset($1::text::json) as r(s uuid, m text, w text, x text, a float8) order by s, m, w, a desc, x desc
on conflict (session_id, message_id, sender) do update set text = excluded.text, at = excluded.at where (excluded.at, excluded.text) > (o.at, o.text)`

export interface CallRow {
  s: string
  i: string
  f: string | null
  me: boolean
  v: boolean
  g: boolean
  p: string
  a: number
}

/** One row per call, with the last word about it. */
export function upsertCalls(rows: CallRow[]): Statement {
  return { text: UPSERT_CALLS, values: [JSON.stringify(rows)] }
}

const UPSERT_CALLS = `
insert into calls as o (session_id, id, caller, from_me, video, is_group, phase, started_at, updated_at)
select s, i, min(f), bool_or(me), bool_or(v), bool_or(g), (array_agg(p order by a desc, p))[1], to_timestamp(min(a) / 1000), to_timestamp(max(a) / 1000)
from json_to_recordset($1::text::json) as r(s uuid, i text, f text, me boolean, v boolean, g boolean, p text, a float8) group by s, i order by s, i
on conflict (session_id, id) do update set caller = least(o.caller, excluded.caller), from_me = o.from_me or excluded.from_me, video = o.video or excluded.video,
  is_group = o.is_group or excluded.is_group, phase = case when excluded.updated_at > o.updated_at then excluded.phase when excluded.updated_at = o.updated_at then least(o.phase, excluded.phase) else o.phase end,
  started_at = least(o.started_at, excluded.started_at), updated_at = greatest(o.updated_at, excluded.updated_at)`

/**
 * Marks minutes that got an event after they may have been counted. A mark that is there already is locked by the update: else it
 * could be taken, and its minute counted, before this event can be seen. In order, so that two commits cannot lock each other out.
 */
export function markLateMinutes(minutes: Instant[]): Statement {
  return { text: MARK_LATE_MINUTES, values: [`{${minutes.join(',')}}`] }
}

const MARK_LATE_MINUTES = `
insert into late_minutes select distinct to_timestamp(m / 1000) as minute from unnest($1::text::float8[]) as m order by minute
on conflict (minute) do update set minute = excluded.minute`
