/**
 * What one commit writes, prepared in memory: pure, so that it can be tested without a database and repeated when
 * another process was faster.
 */
import { type DecodedEvent, type Instant, isSessionEvent } from '../domain/event'
import { type FoldedEvent, step, type Transition } from '../domain/fold'
import { emptyTally, initialState, isBefore, type Position, type SessionState, type SessionTally } from '../domain/session'
import type { Allowances } from '../domain/staleness'
import { tallied } from '../domain/tally'

/** One event on its way into the ledger. */
export interface PendingEvent {
  id: string
  decoded: DecodedEvent
  position: Position
  /** Hash of the idempotency key; null when the event has no identity. */
  keyHash: string | null
}

/** The part of a delivery that concerns one session: what the writer takes, whole or not at all. */
export interface Entry {
  sessionId: string
  /** Where the session has allowances of its own, the database puts them in the place of these. */
  session: { sourceId: string; name: string; provider: string; ownerId: string | null; allowances: Allowances }
  delivery: {
    id: string
    receivedAt: Instant
    path: string
    address: string
    headers: string
    /** Redacted. */
    body: Uint8Array
    /** Bytes as they arrived. */
    bodySize: number
    scheme: string
    secretId: string | null
  } | null
  /** The ledger has the delivery already; only events of it are new. */
  isDeliveryKept?: boolean
  receivedAt: Instant
  events: PendingEvent[]
}

/** A session as the writer knows it: what is stored, or what will be after this commit. */
export interface KnownSession {
  seq: number
  state: SessionState
  tally: SessionTally
}

export interface FoldedTransition extends Transition {
  eventId: string
  eventType: string
  eventKey: string | null
  state: SessionState
}

/** The work on one session in one commit. */
export interface SessionWork {
  sessionId: string
  session: Entry['session']
  before: KnownSession | undefined
  after: KnownSession
  fresh: { event: PendingEvent; entry: Entry; seq: number }[]
  transitions: FoldedTransition[]
  /** The earliest event that belongs before what was folded already; the session must be folded again from there. */
  lateFrom: Position | null
  stateChanged: boolean
  createdAt: Instant
}

/**
 * Folds the fresh events of a batch, session by session.
 * @param isFresh false for events that the ledger already has.
 * @param known the stored sessions; absent ones begin here.
 */
export function foldBatch(entries: Entry[], isFresh: (event: PendingEvent) => boolean, known: (sessionId: string) => KnownSession | undefined): SessionWork[] {
  const works = new Map<string, SessionWork>()
  for (const entry of entries) {
    for (const event of entry.events) {
      if (!isFresh(event)) continue
      let work = works.get(entry.sessionId)
      if (!work) works.set(entry.sessionId, (work = beginWork(entry, known(entry.sessionId))))
      addEvent(work, entry, event)
    }
  }
  return [...works.values()]
}

function beginWork(entry: Entry, before: KnownSession | undefined): SessionWork {
  const after: KnownSession = before ? { ...before } : { seq: 0, state: initialState(entry.receivedAt), tally: emptyTally() }
  return {
    sessionId: entry.sessionId,
    session: entry.session,
    before,
    after,
    fresh: [],
    transitions: [],
    lateFrom: null,
    stateChanged: before === undefined,
    createdAt: entry.receivedAt,
  }
}

function addEvent(work: SessionWork, entry: Entry, event: PendingEvent): void {
  const { after } = work
  const { decoded, position } = event
  after.seq++
  work.fresh.push({ event, entry, seq: after.seq })
  after.tally = tallied(after.tally, decoded.type, entry.receivedAt, decoded.message?.fromMe === true, position.at)
  if (isLate(after.state, event)) {
    if (!work.lateFrom || isBefore(position, work.lateFrom)) work.lateFrom = position
    return
  }
  if (work.lateFrom) return
  const before = after.state
  const { state, transition } = step(before, toFolded(event))
  after.state = state
  if (transition) work.transitions.push({ ...transition, ...causeOf(event), state })
  if (!work.stateChanged) work.stateChanged = transition !== null || isVisiblyDifferent(before, state)
}

/**
 * Does it belong before something that was folded already and that it could have changed? A signal must come after all that
 * was heard (a message that was heard after it might prove it outlived); anything else only after the last signal.
 */
function isLate(state: SessionState, { decoded, position }: PendingEvent): boolean {
  if (isSessionEvent(decoded.type) && state.heardAt !== null && (position.at < state.heardAt || (decoded.ordered && position.at === state.heardAt))) return true
  return state.head !== null && isBefore(position, state.head)
}

export function toFolded(event: PendingEvent): FoldedEvent {
  const { type, ordered, session } = event.decoded
  return session ? { position: event.position, type, ordered, session } : { position: event.position, type, ordered }
}

export function causeOf(event: PendingEvent): { eventId: string; eventType: string; eventKey: string | null } {
  return { eventId: event.id, eventType: event.decoded.type, eventKey: event.decoded.key }
}

/** Anything an operator would see move, beyond "last event" and the counters. */
function isVisiblyDifferent(a: SessionState, b: SessionState): boolean {
  return a.qr !== b.qr || a.pairingCode !== b.pairingCode || a.loading !== b.loading || a.account !== b.account || a.detail !== b.detail
}
