import type { Instant } from '../domain/event'
import { narrowest } from '../domain/staleness'
import { claimKeys, insertDeliveries, insertEvents, insertKeys, isKnownKey, type KeyRow, type Tx, upsertMessages } from '../store/ledger'
import { allInOrder, type Pipeline, type Unfinished } from '../store/pipeline'
import { markLateMinutes, upsertCalls, upsertReactions } from '../store/projections'
import { findStoredSessions, insertTransitions, writeSessions } from '../store/session-writes'
import { joinedOnce, run, type Statement } from '../store/statement'
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

/** After a duplicate, so many batches expect another: retries and doubled posts come in swarms. */
const CAREFUL_BATCHES = 20

/**
 * Writes batches, each in one transaction: keys, events, deliveries and every projection, or nothing.
 *
 * Most batches hold nothing that the ledger has already. So a batch is first written in the hope that all of it is new, which
 * waits for one answer; a key that is known after all undoes it, and it is written again by asking first.
 */
export class Committer {
  #careful = 0

  constructor(
    private readonly pipeline: Pipeline,
    private readonly cache: SessionCache,
    private readonly now: () => Instant,
  ) {}

  /** @throws what isOvertaken() knows when a session was moved by another process; fold again from what is stored. */
  async commit(entries: Entry[]): Promise<Committed> {
    const works = this.#careful > 0 ? undefined : foldHopefully(entries, this.cache)
    if (works) {
      try {
        return this.#learn(await this.#writeAsNew(entries, works))
      } catch (cause) {
        if (!isKnownKey(cause)) throw cause
        this.#careful = CAREFUL_BATCHES
      }
    } else if (this.#careful > 0) this.#careful--
    return this.#learn(await this.pipeline.transaction((tx) => this.#askFirst(tx, entries)))
  }

  async #writeAsNew(entries: Entry[], works: SessionWork[]): Promise<Committed> {
    const now = this.now()
    const statement = statementOf(entries, works, now)
    if (!statement) return this.pipeline.transaction((tx) => writeAsNew(tx, entries, works, now))
    await this.pipeline.single((tx) => run(tx, statement))
    return resultOf(works, new Map())
  }

  async #askFirst(tx: Tx, entries: Entry[]): Promise<Unfinished<Committed>> {
    const claimed = claim(tx, entries)
    const loaded = load(tx, entries, this.cache)
    await allInOrder([claimed, loaded])
    const [keys, known] = await Promise.all([claimed, loaded])
    const isFresh = (event: PendingEvent) => event.keyHash === null || keys.fresh.has(event.id)
    const works = foldBatch(entries, isFresh, (sessionId) => known.get(sessionId))
    return { result: resultOf(works, keys.first), last: await write(tx, works, this.now()) }
  }

  #learn(committed: Committed): Committed {
    for (const work of committed.works) this.cache.set(work.sessionId, work.after)
    return committed
  }
}

/** The fold of a batch of which everything is new; undefined when that is known to be wrong or cannot be known. */
function foldHopefully(entries: Entry[], cache: SessionCache): SessionWork[] | undefined {
  const keys = new Set<string>()
  for (const { sessionId, events } of entries) {
    if (!cache.get(sessionId)) return undefined
    for (const { keyHash } of events) {
      if (keyHash === null) continue
      const key = sessionId + keyHash
      if (keys.has(key)) return undefined
      keys.add(key)
    }
  }
  const works = foldBatch(
    entries,
    () => true,
    (sessionId) => cache.get(sessionId),
  )
  return works.some((work) => work.lateFrom !== null) ? undefined : works
}

/** A batch in which nothing happened but messages and the like, as one statement; undefined when more did. */
function statementOf(entries: Entry[], works: SessionWork[], now: Instant): Statement | undefined {
  const rows = rowsOf(works, now)
  const sessions = works.map((work) => sessionRow(work, now))
  const isPlain = rows.reactions.length + rows.calls.length + rows.lateMinutes.length === 0
  if (!isPlain || sessions.some((session) => !session.isOnlyPulse) || works.some((work) => work.transitions.length > 0)) return undefined
  const keys = keyRowsOf(entries)
  const writes = [insertEvents(rows.events)]
  if (keys.length > 0) writes.push(insertKeys(keys))
  if (rows.deliveries.length > 0) writes.push(insertDeliveries(rows.deliveries, rows.bodies))
  if (rows.messages.length > 0) writes.push(upsertMessages(rows.messages))
  const name = [keys.length > 0, rows.deliveries.length > 0, rows.messages.length > 0].join()
  return joinedOnce(name, writes, writeSessions(sessions)[0] as Statement)
}

async function writeAsNew(tx: Tx, entries: Entry[], works: SessionWork[], now: Instant): Promise<Unfinished<Committed>> {
  const rows = keyRowsOf(entries)
  const keys = rows.length > 0 ? [run(tx, insertKeys(rows))] : []
  return { result: resultOf(works, new Map()), last: [...keys, ...(await write(tx, works, now))] }
}

function resultOf(works: SessionWork[], first: Map<string, string>): Committed {
  return { works, fresh: new Set(works.flatMap((work) => work.fresh.map(({ event }) => event.id))), first }
}

function keyRowsOf(entries: Entry[]): KeyRow[] {
  return entries.flatMap((entry) => entry.events.flatMap((event) => (event.keyHash ? [{ s: entry.sessionId, k: event.keyHash, e: event.id }] : [])))
}

async function claim(tx: Tx, entries: Entry[]): ReturnType<typeof claimKeys> {
  const rows = keyRowsOf(entries)
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
  const sessions = writeSessions(works.map((work) => sessionRow(work, now)))
  return [...statements, ...sessions.map((statement) => run(tx, statement))]
}

function writeRows(tx: Tx, rows: BatchRows): Promise<unknown>[] {
  const statements: Promise<unknown>[] = [run(tx, insertEvents(rows.events))]
  if (rows.deliveries.length > 0) statements.push(run(tx, insertDeliveries(rows.deliveries, rows.bodies)))
  if (rows.messages.length > 0) statements.push(run(tx, upsertMessages(rows.messages)))
  if (rows.reactions.length > 0) statements.push(upsertReactions(tx, rows.reactions))
  if (rows.calls.length > 0) statements.push(upsertCalls(tx, rows.calls))
  if (rows.lateMinutes.length > 0) statements.push(markLateMinutes(tx, rows.lateMinutes))
  return statements
}
