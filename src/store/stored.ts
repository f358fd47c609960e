import type { Instant } from '../domain/event'
import { plain } from './columns'
import type { Tx } from './ledger'

interface Identified {
  sessionId: string
  receivedAt: Instant
  events: readonly { id: string }[]
}

/**
 * Which of the entries does the ledger have under their own ids? An entry is written whole, so one of its events speaks for all.
 * One whose events are all known from elsewhere is not among them; writing it again changes nothing.
 */
export async function findStored<E extends Identified>(tx: Tx, entries: readonly E[]): Promise<Set<E>> {
  const rows = entries.flatMap((entry, nth) => entry.events.map((event) => ({ n: nth, s: entry.sessionId, r: entry.receivedAt, i: event.id })))
  const found = await tx.unsafe<{ n: number }[]>(
    FIND_STORED,
    [plain(rows, (row) => row.n), plain(rows, (row) => row.s), plain(rows, (row) => row.r), plain(rows, (row) => row.i)],
    { prepare: true },
  )
  return new Set(found.map(({ n }) => entries[n] as E))
}

const FIND_STORED = `
select distinct r.n from unnest($1::text::int[], $2::text::uuid[], $3::text::float8[], $4::text::uuid[]) as r(n, s, r, i)
join events e on e.session_id = r.s and e.received_at = to_timestamp(r.r / 1000) and e.id = r.i`
