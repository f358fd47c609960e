/**
 * Which status follows which, as a table: `docs/session-states.md` shows it and a test compares the two.
 */
import { type EventType, isEvidence, isSessionEvent, type Reason, type SessionFacts, type Status } from './event'
import type { SessionState } from './session'

/** What an event means for the status, whatever its type is called. */
export const SIGNALS = ['qr', 'loading', 'authenticated', 'connected', 'connecting', 'disconnected', 'auth_failure', 'stale', 'evidence'] as const
export type Signal = (typeof SIGNALS)[number]

type Row = Record<Status, Status>

const all = (status: Status, except: Partial<Row> = {}): Row => ({
  new: status,
  starting: status,
  qr: status,
  loading: status,
  authenticated: status,
  connected: status,
  disconnected: status,
  auth_failure: status,
  ...except,
})

export const NEXT_STATUS: Record<Signal, Row> = {
  // After `connected` a QR means that the phone unlinked the session, with or without a word about it.
  qr: all('qr'),
  loading: all('loading', { authenticated: 'authenticated' }),
  // wwebjs says authenticated and ready again on every re-sync, without having been away.
  authenticated: all('authenticated', { connected: 'connected' }),
  connected: all('connected'),
  // Progress is not undone: OPENING is posted beside loading and authenticated, in any order.
  connecting: all('starting', { loading: 'loading', authenticated: 'authenticated' }),
  // An authentication failure says more than the disconnection that follows it.
  disconnected: all('disconnected', { auth_failure: 'auth_failure' }),
  auth_failure: all('auth_failure'),
  stale: all('disconnected', { new: 'new', disconnected: 'disconnected', auth_failure: 'auth_failure' }),
  evidence: all('connected'),
}

/** Senders that post in parallel without times of their own get their events this much out of order. */
export const STRAGGLER_MS = 5_000
/** A message this soon after a signal may have been on its way before it; later it proves a connection. */
export const EVIDENCE_GRACE_MS = 10_000

const STATUS_SIGNAL: Record<Status, Signal | null> = {
  new: null,
  starting: 'connecting',
  qr: 'qr',
  loading: 'loading',
  authenticated: 'authenticated',
  connected: 'connected',
  disconnected: 'disconnected',
  auth_failure: 'auth_failure',
}

/** What the event signals; null when it says nothing about the status. */
export function signalOf(type: EventType, facts: SessionFacts | undefined): Signal | null {
  if (!isSessionEvent(type)) return isEvidence(type) ? 'evidence' : null
  if (type === 'session.state' || type === 'session.answered') return facts?.status ? STATUS_SIGNAL[facts.status] : null
  return type === 'session.pairing_code' ? 'qr' : (type.slice('session.'.length) as Signal)
}

/** Progress signals that were overtaken by `connected` on the way to us. */
export function isStraggler(state: SessionState, signal: Signal, at: number, ordered: boolean): boolean {
  if (ordered || state.status !== 'connected' || state.connectedAt === null) return false
  return (signal === 'qr' || signal === 'loading' || signal === 'connecting') && at - state.connectedAt < STRAGGLER_MS
}

const STALE_REASON: Record<Status, Reason | null> = {
  new: null,
  starting: 'timeout',
  qr: 'qr_expired',
  loading: 'timeout',
  authenticated: 'timeout',
  connected: 'stale',
  disconnected: null,
  auth_failure: null,
}

export function reasonOf(state: SessionState, signal: Signal, facts: SessionFacts | undefined): Reason | null {
  if (signal === 'stale') return STALE_REASON[state.status] ?? state.reason
  if (signal === 'disconnected') return facts?.reason ?? 'unknown'
  if (signal === 'auth_failure') return facts?.reason ?? 'rejected'
  return null
}

/** Reasons that we inferred or that say nothing: a sender's own word replaces them. */
export function isVague(reason: Reason | null): boolean {
  return reason === null || reason === 'unknown' || reason === 'stale' || reason === 'timeout' || reason === 'qr_expired'
}
