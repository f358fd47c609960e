import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { foldOnto } from '../domain/fold'
import { emptyTally, initialState, isBefore } from '../domain/session'
import { tallied } from '../domain/tally'
import { DAY_MS } from '../domain/time'
import { latenessOf, PROVIDERS } from '../providers'
import { listLedgerEvents, listSessionsToFoldAway, writeBase } from '../store/rebuild'
import { toFolded } from './batch'
import { toPending } from './rebuild'

/** Nothing that a sender says stands longer before its arrival than this: Meta repeats for a week. */
const LATEST_MS = Math.max(...PROVIDERS.map(latenessOf))

/**
 * Folds a day that is about to be dropped into the base of each of its sessions, so that base plus ledger still gives what
 * the whole ledger gave: also what came later but stands before the last event of the day, since nothing can be folded in between
 * any more. A day that was folded already is passed over: retention may be cut off between fold and drop.
 */
export function createFoldAway(sql: Sql): (day: Instant, partition: string) => Promise<void> {
  return async (day, partition) => {
    const until = day + DAY_MS
    for (const session of await listSessionsToFoldAway(sql, partition)) {
      const base = session.base
      if (base?.until !== undefined && base.until >= until) continue
      const events = (await listLedgerEvents(sql, session.sessionId, { from: day, to: until + LATEST_MS, before: until })).map(toPending)
      events.sort((a, b) => (isBefore(a.position, b.position) ? -1 : 1))
      const gone = events.filter(({ receivedAt }) => receivedAt < until)
      const upToLast = events.slice(0, events.lastIndexOf(gone.at(-1) as (typeof events)[0]) + 1)
      const { state } = foldOnto(base?.state ?? initialState(session.createdAt), upToLast.map(toFolded))
      let tally = base?.tally ?? emptyTally()
      for (const event of gone) tally = tallied(tally, event.decoded.type, event.receivedAt, event.decoded.message?.fromMe === true, event.position.at)
      await writeBase(sql, session.sessionId, { state, tally, until })
    }
  }
}
