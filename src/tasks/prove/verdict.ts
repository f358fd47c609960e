/** What was promised against what is there. */
import type { Sql } from 'postgres'
import { rebuild } from '../../ingest/rebuild'
import { unpackBody } from '../../store/packing'
import type { Acknowledgement } from './acknowledgements'
import { digestOf, NUMBER } from './narrator'

export interface Verdict {
  acknowledged: number
  stored: number
  /** Acknowledged numbers that are not stored. */
  lost: number[]
  /** Numbers that are stored more than once. */
  twice: number[]
  /** Posted once, and acknowledged under an id under which the ledger does not have them. */
  misnamed: number[]
  /** The same of numbers that were posted again: while Postgres is away nobody can tell what has come before. Allowed. */
  renamed: number
  /** Acknowledged, and stored with other bytes than were sent. */
  altered: number[]
  /** Numbers that stand before one that was posted earlier in their session. */
  misplaced: number[]
  /** Nobody was promised these: their answer was lost. */
  unacknowledgedButStored: number
  /** Between the projections and the fold of the ledger. */
  differences: string[]
}

interface Stored {
  times: number
  ids: string[]
  digest: string
}

/** Reads the whole ledger and compares. Nothing may be written meanwhile. */
export async function judge(sql: Sql, acknowledgements: readonly Acknowledgement[]): Promise<Verdict> {
  const stored = await readStored(sql)
  const promised = new Map<number, Acknowledgement[]>()
  for (const one of acknowledgements) promised.set(one.number, [...(promised.get(one.number) ?? []), one])
  const verdict: Verdict = {
    acknowledged: promised.size,
    stored: stored.size,
    lost: [],
    twice: [...stored].filter(([, { times }]) => times > 1).map(([number]) => number),
    misnamed: [],
    renamed: 0,
    altered: [],
    misplaced: await findMisplaced(sql),
    unacknowledgedButStored: [...stored.keys()].filter((number) => !promised.has(number)).length,
    differences: (await rebuild(sql, { repair: false })).differences,
  }
  for (const [number, promises] of promised) {
    const found = stored.get(number)
    if (!found) verdict.lost.push(number)
    else if (promises.some(({ digest }) => digest !== found.digest)) verdict.altered.push(number)
    else if (promises.every(({ id }) => id === null || found.ids.includes(id))) continue
    else if (promises.every(({ nth }) => nth === 1)) verdict.misnamed.push(number)
    else verdict.renamed++
  }
  return verdict
}

export function isProved(verdict: Verdict): boolean {
  const { lost, twice, misnamed, altered, misplaced, differences } = verdict
  return [lost, twice, misnamed, altered, misplaced, differences].every((violations) => violations.length === 0)
}

/** Every numbered delivery that has its event. */
async function readStored(sql: Sql): Promise<Map<number, Stored>> {
  const stored = new Map<number, Stored>()
  for await (const rows of sql.unsafe<{ number: number; id: string; eventId: string; body: Uint8Array }[]>(DELIVERIES).cursor(2_000)) {
    for (const { number, id, eventId, body } of rows) {
      const known = stored.get(number)
      if (!known) stored.set(number, { times: 1, ids: [id, eventId], digest: digestOf(unpackBody(body)) })
      else {
        known.times++
        known.ids.push(id, eventId)
      }
    }
  }
  return stored
}

const NUMBERED = `substring(d.path from '[?&]${NUMBER}=(\\d+)')::int8`

/** Each of these deliveries tells of one event. */
const DELIVERIES = `
select ${NUMBERED} as number, d.id, e.id as "eventId", d.body
from deliveries d join events e on e.session_id = d.session_id and e.received_at = d.received_at and e.delivery_id = d.id`

/** In the order of the fold, and in the order of commit where only the arrival orders. */
async function findMisplaced(sql: Sql): Promise<number[]> {
  const rows = await sql.unsafe<{ number: number }[]>(`
    with numbered as (
      select e.session_id, e.at, e.key, e.id, e.seq, (e.facts ->> 'ordered') is not null as ordered, ${NUMBERED} as number
      from events e join deliveries d on e.session_id = d.session_id and e.received_at = d.received_at and e.delivery_id = d.id),
    placed as (
      select number, ordered, lag(number) over (partition by session_id order by at, key collate "C" nulls first, id) as before,
        lag(number) over (partition by session_id order by seq) as committed_before
      from numbered)
    select number from placed where number < before or (not ordered and number < committed_before) order by number`)
  return rows.map(({ number }) => number)
}
