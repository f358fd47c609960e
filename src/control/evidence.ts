/** Turns what a sender answered into events for the ledger. Pure. */
import type { DecodedEvent, Instant, OperatorFacts, SessionFacts } from '../domain/event'
import { keyHash } from '../domain/id'
import type { SessionState } from '../domain/session'
import type { Entry } from '../ingest/batch'
import type { SessionTarget } from '../store/session-targets'
import type { Answer } from './controller'

/** An event and where it stands. */
export interface Dated {
  decoded: DecodedEvent
  at: Instant
}

/** Behind the announcement that it belongs to, and before all that follows. */
const RIGHT_AFTER_MS = 0.001

/**
 * What the answer adds to what is known; nothing when it only says the same.
 * @param at when we asked: what came in while the answer was on its way is newer than it.
 * @param confirm also say that a connected session is still connected: then its silence counts from here.
 */
export function evidenceOf(state: SessionState, answer: Answer, at: Instant, { confirm = false } = {}): Dated[] {
  const { fits = [], qr, ...facts } = answer
  if (qr !== undefined) return codeEvidence(state, qr, at)
  if (facts.status === undefined || fits.includes(state.status)) return []
  if (facts.status === state.status) return confirm && state.status === 'connected' ? [answered(facts, at)] : []
  return [answered(facts, at)]
}

/** A code is dated by its announcement, so that it can never stand behind the log-in that it led to, whatever the clocks. */
export function codeEvidence(state: SessionState, code: string, at: Instant): Dated[] {
  const known = state.status === 'qr' ? state.qr : null
  if (known?.code === code) return []
  const decoded: DecodedEvent = { type: 'session.qr', providerType: 'api', key: null, occurredAt: null, ordered: false, session: { qr: code } }
  return [{ decoded, at: known !== null && known.code === null ? known.at + RIGHT_AFTER_MS : at }]
}

export function pairingEvidence(pairingCode: string, at: Instant): Dated {
  return { decoded: { type: 'session.pairing_code', providerType: 'api', key: null, occurredAt: null, ordered: false, session: { pairingCode } }, at }
}

export function answered(facts: SessionFacts, at: Instant): Dated {
  return { decoded: { type: 'session.answered', providerType: 'api', key: null, occurredAt: null, ordered: false, session: facts }, at }
}

export function operatorEvent(facts: OperatorFacts, at: Instant): Dated {
  return {
    decoded: { type: `operator.${facts.action}_${facts.outcome}`, providerType: 'linekeeper', key: null, occurredAt: null, ordered: false, operator: facts },
    at,
  }
}

/** What the writer takes: these events of one session, told by nobody's delivery. */
export function entryOf(target: Omit<SessionTarget, 'state' | 'source'>, events: readonly Dated[], now: Instant): Entry {
  const { sessionId, sourceId, name, provider, ownerId, allowances } = target
  return {
    sessionId,
    session: { sourceId, name, provider, ownerId, allowances },
    delivery: null,
    receivedAt: now,
    events: events.map(({ decoded, at }) => {
      const id = Bun.randomUUIDv7('hex', Math.floor(now))
      return {
        id,
        decoded,
        position: { at: Math.round(Math.min(at, now) * 1000) / 1000, key: decoded.key ?? '', id },
        keyHash: decoded.key === null ? null : keyHash(decoded.key),
      }
    }),
  }
}
