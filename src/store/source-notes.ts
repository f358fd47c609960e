/** What sources show of their senders: who was recognised, and where URL and body named different sessions. */
import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import type { Mismatch, Sighting } from '../domain/recognition'
import { instant, ms } from './page'

interface Note {
  sourceId: string
  times: number
  firstAt: Instant
  lastAt: Instant
}

export type SightingNote = Note & Pick<Sighting, 'provider'>
/** Both names storable: without NUL, well-formed. */
export type MismatchNote = Note & Pick<Mismatch, 'pathSession' | 'bodySession'>

/** A sender makes these names up: of each source the latest so many are kept. */
export const MISMATCHES_KEPT = 100

export async function addSightings(sql: Sql, notes: readonly SightingNote[]): Promise<void> {
  if (notes.length > 0) await sql.unsafe(ADD_SIGHTINGS, [JSON.stringify(notes)])
}

export async function addMismatches(sql: Sql, notes: readonly MismatchNote[]): Promise<void> {
  if (notes.length === 0) return
  await sql.unsafe(ADD_MISMATCHES, [JSON.stringify(notes)])
  await sql.unsafe(PRUNE_MISMATCHES, [`{${[...new Set(notes.map((note) => note.sourceId))].join(',')}}`, MISMATCHES_KEPT])
}

/** What a source of the provider `auto` got, the most frequent provider first; proposalOf() makes a proposal of it. */
export async function listSightings(sql: Sql, sourceId: string): Promise<Sighting[]> {
  return [...(await sql.unsafe<Sighting[]>(LIST_SIGHTINGS, [sourceId]))]
}

/** Where URL and body named different sessions, the latest first. */
export async function listMismatches(sql: Sql, sourceId: string): Promise<Mismatch[]> {
  return [...(await sql.unsafe<Mismatch[]>(LIST_MISMATCHES, [sourceId]))]
}

/** Puts them away, for instance after the sender's URL was corrected; they come back if it goes on. */
export async function forgetMismatches(sql: Sql, sourceId: string): Promise<void> {
  await sql.unsafe('delete from source_mismatches where source_id = $1', [sourceId])
}

const TIMES = `${ms('first_at')} as "firstAt", ${ms('last_at')} as "lastAt"`
const SUMMED = 'times = k.times + excluded.times, first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at)'

// A source may have been deleted since: its notes go with it.
const ADD_SIGHTINGS = `
insert into source_sightings as k (source_id, provider, times, first_at, last_at)
select "sourceId", provider, times, ${instant('"firstAt"')}, ${instant('"lastAt"')}
from json_to_recordset($1::text::json) as i("sourceId" uuid, provider text, times int8, "firstAt" float8, "lastAt" float8)
where exists (select 1 from sources where id = "sourceId") order by 1, 2
on conflict (source_id, provider) do update set ${SUMMED}`

const ADD_MISMATCHES = `
insert into source_mismatches as k (source_id, path_session, body_session, times, first_at, last_at)
select "sourceId", "pathSession", "bodySession", times, ${instant('"firstAt"')}, ${instant('"lastAt"')}
from json_to_recordset($1::text::json) as i("sourceId" uuid, "pathSession" text, "bodySession" text, times int8, "firstAt" float8, "lastAt" float8)
where exists (select 1 from sources where id = "sourceId") order by 1, 2, 3
on conflict (source_id, path_session, body_session) do update set ${SUMMED}`

const PRUNE_MISMATCHES = `
delete from source_mismatches m using (
  select source_id, path_session, body_session, row_number() over (partition by source_id order by last_at desc, path_session, body_session) as n
  from source_mismatches where source_id = any($1::text::uuid[])) old
where old.n > $2 and m.source_id = old.source_id and m.path_session = old.path_session and m.body_session = old.body_session`

const LIST_SIGHTINGS = `select provider, times, ${TIMES} from source_sightings where source_id = $1 order by times desc, provider`

const LIST_MISMATCHES = `
select path_session as "pathSession", body_session as "bodySession", times, ${TIMES}, (count(*) over (partition by path_session))::int as "bodySessions"
from source_mismatches where source_id = $1 order by last_at desc, path_session, body_session`
