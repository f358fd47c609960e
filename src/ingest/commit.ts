import type { Instant } from '../domain/event'
import { claimKeys, insertDeliveries, insertEvents, insertKeys, isKnownKey, type KeyRow, type Tx, upsertMessages } from '../store/ledger'
import { allInOrder, type Pipeline, type Unfinished } from '../store/pipeline'
import { markLateMinutes, upsertCalls, upsertReactions } from '../store/projections'
import { findStoredSessions, insertTransitions, isOvertaken, lockStoredSessions, writeSessions } from '../store/session-writes'
import { behind, joined, run, type Statement } from '../store/statement'
import { findStored } from '../store/stored'
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

/** After another process has moved a session of ours, so many batches expect it to be there still; twice as many each time that it is. */
const SHARED_BATCHES = { least: 20, most: 1_280 }

/**
 * Writes batches, each whole or not at all: keys, events, deliveries and every projection.
 *
 * Most batches hold nothing that the ledger has already. So a batch is first sent in the hope that all of it is new, as one statement,
 * behind those that are under way; a key that is known after all undoes it, and it is committed by asking first.
 *
 * Where another process writes the same sessions, nearly every such batch would be undone because one of them was moved meanwhile. Then
 * batches lock their sessions before they are folded, one batch at a time: the processes wait for each other, and no work is thrown away.
 */
export class Committer {
  readonly #name = Bun.randomUUIDv7()
  #careful = 0
  #shared = 0
  #sharedNext = SHARED_BATCHES.least
  #sent = 0
  /** Up to this one, what was sent fails because of one before it. */
  #fallen = 0
  #underWay = 0

  constructor(
    private readonly pipeline: Pipeline,
    private readonly cache: SessionCache,
    private readonly now: () => Instant,
  ) {}

  /**
   * Sends a batch behind those that are under way, folded on what they will have made of its sessions; undefined when it must
   * be committed alone. After a failure, forget its sessions and commit it.
   * @throws as commit() does.
   */
  ahead(entries: Entry[]): Promise<Committed> | undefined {
    if (this.#careful > 0 || this.#shared > 0) return undefined
    const works = foldHopefully(entries, this.cache)
    if (!works) return undefined
    const statement = joined([this.#inTurn(), insertKeys(keyRowsOf(entries)), ...writesOf(works, this.now())])
    const committed = this.#learn(resultOf(works, new Map()))
    const nth = this.#sent
    this.#underWay++
    return this.pipeline
      .single((tx) => run(tx, statement))
      .finally(() => this.#underWay--)
      .then(
        () => {
          this.#sharedNext = Math.max(this.#sharedNext / 2, SHARED_BATCHES.least)
          return committed
        },
        (cause) => {
          // What was folded on a batch that failed falls as if it were overtaken.
          if (nth > this.#fallen) {
            this.#fallen = this.#sent
            this.#learnFrom(cause)
          }
          throw cause
        },
      )
  }

  /**
   * It falls with the batch on which it was folded. The compare of `seq` is not enough for that: when that batch failed because another
   * process had moved a session just as far, `seq` is right and what was folded is not.
   */
  #inTurn(): Statement {
    const after = this.#underWay > 0 ? `${this.#name}/${this.#sent}` : ''
    return behind(after, `${this.#name}/${++this.#sent}`)
  }

  /**
   * Asks which events are new, then writes them. Nothing else may be under way.
   * @throws what isOvertaken() knows when a session was moved by another process; fold again from what is stored. And what isKnownKey()
   * knows: the next time it asks.
   */
  async commit(entries: Entry[]): Promise<Committed> {
    const isShared = this.#shared > 0
    const isHopeful = isShared && this.#careful === 0
    if (isShared) this.#shared--
    if (this.#careful > 0) this.#careful--
    try {
      return this.#learn(await this.pipeline.transaction((tx) => this.#inSteps(tx, entries, isShared, isHopeful)))
    } catch (cause) {
      this.#learnFrom(cause)
      throw cause
    }
  }

  /** Those that are in the ledger under their own ids: after an answer that was lost, nothing else tells. */
  findStored(entries: Entry[]): Promise<Set<Entry>> {
    return this.pipeline.transaction(async (tx) => ({ result: await findStored(tx, entries), last: [] }))
  }

  async #inSteps(tx: Tx, entries: Entry[], isShared: boolean, isHopeful: boolean): Promise<Unfinished<Committed>> {
    const claimed = isHopeful ? hope(tx, entries) : claim(tx, entries)
    const loaded = isShared ? lock(tx, entries) : load(tx, entries, this.cache)
    await allInOrder([claimed, loaded])
    const [keys, known] = await Promise.all([claimed, loaded])
    const isFresh = (event: PendingEvent) => event.keyHash === null || keys.fresh.has(event.id)
    const works = foldBatch(entries, isFresh, (sessionId) => known.get(sessionId))
    return { result: resultOf(works, keys.first), last: await write(tx, works, this.now()) }
  }

  #learnFrom(cause: unknown): void {
    if (isKnownKey(cause)) this.#careful = CAREFUL_BATCHES
    if (!isOvertaken(cause) || this.#shared > 0) return
    this.#shared = this.#sharedNext
    this.#sharedNext = Math.min(this.#sharedNext * 2, SHARED_BATCHES.most)
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

/** Claims them without asking: fails when one is known. */
async function hope(tx: Tx, entries: Entry[]): ReturnType<typeof claimKeys> {
  const rows = keyRowsOf(entries)
  if (rows.length > 0) await run(tx, insertKeys(rows))
  return { fresh: new Set(rows.map(({ e }) => e)), first: new Map() }
}

async function load(tx: Tx, entries: Entry[], cache: SessionCache): Promise<Map<string, KnownSession>> {
  const known = new Map<string, KnownSession>()
  const missing = new Set<string>()
  for (const entry of entries) {
    const cached = cache.get(entry.sessionId)
    if (cached) known.set(entry.sessionId, cached)
    else missing.add(entry.sessionId)
  }
  for (const { sessionId, ...session } of missing.size > 0 ? await findStoredSessions(tx, [...missing]) : []) known.set(sessionId, session)
  return known
}

/** As they are now, and stay until the transaction ends. */
async function lock(tx: Tx, entries: Entry[]): Promise<Map<string, KnownSession>> {
  const stored = await lockStoredSessions(tx, [...new Set(entries.map((entry) => entry.sessionId))])
  return new Map(stored.map(({ sessionId, ...session }) => [sessionId, session]))
}

/** A long past is read and folded in one go, in which Postgres hears nothing of us. */
const REFOLD_TAKES = `set local idle_in_transaction_session_timeout = '30s'`

/** @returns the statements under way. */
async function write(tx: Tx, works: SessionWork[], now: Instant): Promise<Promise<unknown>[]> {
  if (works.length === 0) return []
  const late = works.filter((work) => work.lateFrom !== null)
  if (late.length === 0) return [run(tx, joined(writesOf(works, now)))]
  // A late event must be in the ledger before its session is folded from there.
  const rows = rowsOf(works, now)
  await run(tx, joined([...rowWrites(rows), ...rareWrites(rows)]))
  await tx.unsafe(REFOLD_TAKES)
  for (const work of late) await refold(tx, work)
  return [run(tx, joined([insertTransitions(works.flatMap(transitionRows)), ...sessionWrites(works, now)]))]
}

/** All that a batch writes besides its keys, when none of its events is late. */
function writesOf(works: SessionWork[], now: Instant): Statement[] {
  const rows = rowsOf(works, now)
  const transitions = works.flatMap(transitionRows)
  const isPlain = rows.reactions.length + rows.calls.length + rows.lateMinutes.length + transitions.length === 0
  const writes = isPlain ? rowWrites(rows) : [...rowWrites(rows), ...rareWrites(rows), insertTransitions(transitions)]
  return [...writes, ...sessionWrites(works, now)]
}

function rowWrites(rows: BatchRows): Statement[] {
  const writes = [insertEvents(rows.events)]
  if (rows.deliveries.length > 0) writes.push(insertDeliveries(rows.deliveries, rows.bodies))
  if (rows.messages.length > 0) writes.push(upsertMessages(rows.messages))
  return writes
}

/** All or none of them, though some be empty: every combination is a statement that Postgres must plan and remember. */
function rareWrites(rows: BatchRows): Statement[] {
  return [upsertReactions(rows.reactions), upsertCalls(rows.calls), markLateMinutes(rows.lateMinutes)]
}

function sessionWrites(works: SessionWork[], now: Instant): Statement[] {
  // In one order everywhere: two processes that write the same sessions would lock each other out.
  return writeSessions(works.map((work) => sessionRow(work, now)).sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1)))
}
