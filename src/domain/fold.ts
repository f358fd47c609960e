import { type EventType, type Instant, isSessionEvent, type Reason, type SessionFacts, type Status } from './event'
import { FLAPPING_WINDOW_MS } from './health'
import { isBefore, type Position, type SessionState } from './session'
import { EVIDENCE_GRACE_MS, isStraggler, isVague, NEXT_STATUS, reasonOf, type Signal, signalOf } from './transition'

/** An event as the reducer sees it. */
export interface FoldedEvent {
  position: Position
  type: EventType
  /** False when only its arrival orders it. */
  ordered: boolean
  session?: SessionFacts
}

/** One change of status, or of the reason for being down. */
export interface Transition {
  at: Instant
  from: Status
  to: Status
  reason: Reason | null
  detail: string | null
}

export interface Step {
  state: SessionState
  transition: Transition | null
}

/**
 * The reducer: the state after one more event, which must stand after all that were folded before.
 * Pure and total: whatever a sender claims, there is an answer.
 */
export function step(before: SessionState, event: FoldedEvent): Step {
  const { at } = event.position
  const signal = signalOf(event.type, event.session)
  const state: SessionState = { ...before }
  if (isHeard(event.type)) state.heardAt = Math.max(before.heardAt ?? 0, at)
  if (isSessionEvent(event.type)) state.head = event.position
  if (signal === null)
    return { state: event.type === 'session.state' || event.type === 'session.answered' ? noted(state, event.session) : state, transition: null }
  if (isIgnored(before, signal, event)) return { state, transition: null }

  const to = NEXT_STATUS[signal][before.status]
  if (to !== before.status) return moved(before, state, signal, to, event)
  absorb(state, before, signal, event)
  return { state, transition: sharperReason(before, state, signal, event) }
}

/** Folds events that are in order. @returns the last state and every transition with its place in `events`. */
export function foldAll(
  initial: SessionState,
  events: Iterable<FoldedEvent>,
): { state: SessionState; transitions: { transition: Transition; state: SessionState; event: FoldedEvent }[] } {
  let state = initial
  const transitions: { transition: Transition; state: SessionState; event: FoldedEvent }[] = []
  for (const event of events) {
    const next = step(state, event)
    state = next.state
    if (next.transition) transitions.push({ transition: next.transition, state, event })
  }
  return { state, transitions }
}

/** Folds those of the events, in order, that stand after everything that could move `origin`: what stands before is in it, or came too late. */
export function foldOnto(origin: SessionState, events: readonly FoldedEvent[]): ReturnType<typeof foldAll> {
  const { head } = origin
  return foldAll(origin, head === null ? events : events.filter(({ position }) => isBefore(head, position)))
}

/** What the sender said, of itself or because we asked: it puts off the verdict of silence. */
function isHeard(type: EventType): boolean {
  return type !== 'session.stale' && !type.startsWith('operator.')
}

/** What the sender said of itself: a session that only answers is silent. */
export function isFromSender(type: EventType): boolean {
  return isHeard(type) && type !== 'session.answered'
}

function isIgnored(before: SessionState, signal: Signal, event: FoldedEvent): boolean {
  const { at } = event.position
  if (signal === 'evidence') {
    if (before.status === 'connected') return true
    return before.head !== null && at - before.head.at < EVIDENCE_GRACE_MS && !isVagueDown(before)
  }
  if (signal === 'stale') return spokeSince(before, event.session)
  return isStraggler(before, signal, at, event.ordered)
}

/** Only we said that it is gone: any sign of life refutes us, without grace. */
function isVagueDown(state: SessionState): boolean {
  return state.status === 'disconnected' && (state.reason === 'stale' || state.reason === 'timeout' || state.reason === 'qr_expired')
}

/** The sweep judged by what it had seen; an event that came, or belongs, in between makes its verdict void. */
function spokeSince(state: SessionState, facts: SessionFacts | undefined): boolean {
  const judged = facts?.judged?.lastEventAt ?? null
  return state.heardAt !== null && (judged === null || state.heardAt > judged)
}

function moved(before: SessionState, state: SessionState, signal: Signal, to: Status, event: FoldedEvent): Step {
  const { at } = event.position
  state.status = to
  state.since = at
  state.head = event.position
  state.reason = reasonOf(before, signal, event.session)
  state.detail = event.session?.detail ?? null
  if (to !== 'qr') state.qr = state.pairingCode = null
  if (to !== 'loading' && to !== 'authenticated') state.loading = null
  if (before.status === 'connected') state.drops = [...before.drops.filter((drop) => drop > at - FLAPPING_WINDOW_MS), at].slice(-12)
  if (to === 'connected') {
    state.connectedAt = at
    state.connects = before.connects + 1
  }
  absorb(state, before, signal, event)
  return { state, transition: { at, from: before.status, to, reason: state.reason, detail: state.detail } }
}

/** Takes in what the event carries besides the status. */
function absorb(state: SessionState, before: SessionState, signal: Signal, event: FoldedEvent): void {
  const facts = event.session
  if (facts?.account) state.account = { id: facts.account.id, name: facts.account.name ?? before.account?.name ?? null }
  if (event.type === 'session.pairing_code') state.pairingCode = facts?.pairingCode ?? null
  else if (signal === 'qr') {
    state.qr = nextQr(before, facts?.qr ?? null, event.position.at)
  }
  if (signal === 'loading') state.loading = { percent: facts?.percent ?? before.loading?.percent ?? 0, message: facts?.message ?? null }
}

/** A code that was announced without being given (WAHA), or that is told twice, is not another one. */
function nextQr(before: SessionState, code: string | null, at: Instant): NonNullable<SessionState['qr']> {
  const known = before.status === 'qr' ? before.qr : null
  if (known === null) return { code, at, count: 1 }
  if (code !== null && known.code === code) return known
  return { code, at, count: known.code === null && code !== null ? known.count : known.count + 1 }
}

/** Still down, but now we know why. */
function sharperReason(before: SessionState, state: SessionState, signal: Signal, event: FoldedEvent): Transition | null {
  if (signal !== 'disconnected' && signal !== 'auth_failure') return null
  const reason = reasonOf(before, signal, event.session)
  if (!isVague(before.reason) || isVague(reason) || reason === before.reason) return null
  state.reason = reason
  state.detail = event.session?.detail ?? null
  return { at: event.position.at, from: before.status, to: state.status, reason, detail: state.detail }
}

function noted(state: SessionState, facts: SessionFacts | undefined): SessionState {
  return facts?.detail ? { ...state, detail: facts.detail } : state
}
