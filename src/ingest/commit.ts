import type { Instant } from '../domain/event'
import { narrowest } from '../domain/staleness'
import { claimKeys, insertDeliveries, insertEvents, type Tx, upsertMessages } from '../store/ledger'
import { allInOrder, type Pipeline } from '../store/pipeline'
import { markLateMinutes, upsertCalls, upsertReactions } from '../store/projections'
import { findStoredSessions, insertTransitions, writeSessions } from '../store/session-writes'
import { type Entry, foldBatch, type KnownSession, type PendingEvent, type SessionWork } from './batch'
import { refold } from './refold'
import { type BatchRows, rowsOf, sessionRow, transitionRows } from './rows'
import type { SessionCache } from './session-cache'

export interface Committed {
  works: SessionWork[]
  /** Events that are new in the ledger. */
  fresh: Set<string>
  /** For known events: the id under which the ledger has them. */
  first: Map<string, string>
}

/**
 * Writes one batch in one transaction: keys, events, deliveries and every projection, or nothing. Waits for answers twice:
 * for what is new, and for the end.
 * @throws what isOvertaken() knows when a session was moved by another process; fold again from what is stored.
 */
export async function commitBatch(pipeline: Pipeline, entries: Entry[], cache: SessionCache, now: () => Instant): Promise<Committed> {
  const committed = await pipeline.transaction<Committed>(async (tx) => {
    const claimed = claim(tx, entries)
    const loaded = load(tx, entries, cache)
    await allInOrder([claimed, loaded])
    const [keys, known] = await Promise.all([claimed, loaded])
    const isFresh = (event: PendingEvent) => event.keyHash === null || keys.fresh.has(event.id)
    const works = foldBatch(entries, isFresh, (sessionId) => known.get(sessionId))
    const fresh = new Set(works.flatMap((work) => work.fresh.map(({ event }) => event.id)))
    return { result: { works, fresh, first: keys.first }, last: await write(tx, works, now()) }
  })
  for (const work of committed.works) cache.set(work.sessionId, work.after)
  return committed
}

async function claim(tx: Tx, entries: Entry[]): ReturnType<typeof claimKeys> {
  const rows = entries.flatMap((entry) => entry.events.flatMap((event) => (event.keyHash ? [{ s: entry.sessionId, k: event.keyHash, e: event.id }] : [])))
  return rows.length > 0 ? claimKeys(tx, rows) : { fresh: new Set(), first: new Map() }
}

async function load(tx: Tx, entries: Entry[], cache: SessionCache): Promise<Map<string, KnownSession>> {
  const known = new Map<string, KnownSession>()
  const missing = new Map<string, Entry>()
  for (const entry of entries) {
    const cached = cache.get(entry.sessionId)
    if (cached) known.set(entry.sessionId, cached)
    else missing.set(entry.sessionId, entry)
  }
  if (missing.size === 0) return known
  for (const stored of await findStoredSessions(tx, [...missing.keys()])) {
    const { allowances } = (missing.get(stored.sessionId) as Entry).session
    known.set(stored.sessionId, { seq: stored.seq, state: stored.state, tally: stored.tally, allowances: narrowest(allowances, stored) })
  }
  return known
}

/** @returns the statements under way. */
async function write(tx: Tx, works: SessionWork[], now: Instant): Promise<Promise<unknown>[]> {
  if (works.length === 0) return []
  const statements = writeRows(tx, rowsOf(works, now))
  for (const work of works) {
    if (work.lateFrom === null) continue
    // The late event must be in the ledger before the session is folded from there.
    await allInOrder(statements.splice(0))
    await refold(tx, work)
  }
  const transitions = works.flatMap(transitionRows)
  if (transitions.length > 0) statements.push(insertTransitions(tx, transitions))
  return [
    ...statements,
    ...writeSessions(
      tx,
      works.map((work) => sessionRow(work, now)),
    ),
  ]
}

function writeRows(tx: Tx, rows: BatchRows): Promise<unknown>[] {
  const statements: Promise<unknown>[] = [insertEvents(tx, rows.events)]
  if (rows.deliveries.length > 0) statements.push(insertDeliveries(tx, rows.deliveries, rows.bodies))
  if (rows.messages.length > 0) statements.push(upsertMessages(tx, rows.messages))
  if (rows.reactions.length > 0) statements.push(upsertReactions(tx, rows.reactions))
  if (rows.calls.length > 0) statements.push(upsertCalls(tx, rows.calls))
  if (rows.lateMinutes.length > 0) statements.push(markLateMinutes(tx, rows.lateMinutes))
  return statements
}
