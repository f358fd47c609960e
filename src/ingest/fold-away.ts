import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { foldAll } from '../domain/fold'
import { emptyTally, initialState, isBefore } from '../domain/session'
import { tallied } from '../domain/tally'
import { listLedgerEvents, listSessionsToFoldAway, writeBase } from '../store/rebuild'
import { toFolded } from './batch'
import { toPending } from './rebuild'

const DAY_MS = 86_400_000

/**
 * Folds a day that is about to be dropped into the base of each of its sessions, so that base plus ledger still gives what
 * the whole ledger gave. A day that was folded already is passed over: retention may be cut off between fold and drop.
 */
export function createFoldAway(sql: Sql): (day: Instant, partition: string) => Promise<void> {
  return async (day, partition) => {
    const until = day + DAY_MS
    for (const session of await listSessionsToFoldAway(sql, partition)) {
      const base = session.base
      if (base?.until !== undefined && base.until >= until) continue
      const events = (await listLedgerEvents(sql, session.sessionId, { from: day, to: until })).map(toPending)
      events.sort((a, b) => (isBefore(a.position, b.position) ? -1 : 1))
      const { state } = foldAll(base?.state ?? initialState(session.createdAt), events.map(toFolded))
      let tally = base?.tally ?? emptyTally()
      for (const event of events) tally = tallied(tally, event.decoded.type, event.receivedAt, event.decoded.message?.fromMe === true, event.position.at)
      await writeBase(sql, session.sessionId, { state, tally, until })
    }
  }
}
