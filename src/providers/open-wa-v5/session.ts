import type { DecodedEvent, Reason, SessionEventType, SessionFacts, Status } from '../../domain/event'
import { event, keyOf, withSession } from '../event'
import { bool, type Fields, fields, put, text } from '../read'
import type { Envelope } from './payload'

/**
 * Where the session is, or null. Retries are byte-identical, so the millisecond is the identity of a state event. QR and link
 * codes are never posted: they are internal and sensitive there (packages/core/src/events/eventMap.ts).
 */
export function sessionEvent({ name, at, correlation }: Envelope, payload: Fields): DecodedEvent | null {
  const type = typeOf(name, payload)
  if (type === undefined) return null
  const decoded = event(type, name, at === undefined ? null : keyOf(`${name}:${at}:${correlation}`), at, true)
  const facts = factsOf(name, payload)
  return withSession(decoded, facts)
}

function typeOf(name: string, payload: Fields): SessionEventType | undefined {
  if (name === 'error') return bool(payload.fatal) === true ? 'session.disconnected' : 'session.state'
  return TYPES.get(name)
}

const TYPES = new Map<string, SessionEventType>([
  ['session.state.changed', 'session.state'],
  ['session.connection.disconnected', 'session.disconnected'],
  ['session.connection.reconnecting', 'session.connecting'],
  ['session.connection.reconnected', 'session.connected'],
  ['session.logout', 'session.disconnected'],
  ['auth.logout', 'session.disconnected'],
  ['client.ready', 'session.connected'],
  ['core.starting', 'session.connecting'],
  // The program is up, which says nothing about WhatsApp.
  ['core.started', 'session.state'],
  ['core.stopping', 'session.state'],
  ['core.stopped', 'session.disconnected'],
])

/** AUTHENTICATING is both: waiting for a scan, and checking a log-in that is stored. */
const STATES = new Map<string, { status: Status; reason?: Reason }>([
  ['STARTING', { status: 'starting' }],
  ['AUTHENTICATING', { status: 'starting' }],
  ['READY', { status: 'connected' }],
  ['DISCONNECTED', { status: 'disconnected', reason: 'unknown' }],
  ['STOPPED', { status: 'disconnected', reason: 'stopped' }],
])

function factsOf(name: string, payload: Fields): SessionFacts {
  const details = fields(payload.details)
  const word = text(details.reason ?? payload.reason, 500)
  switch (name) {
    case 'session.state.changed':
      return stateFacts(text(details.next, 500), word)
    case 'session.connection.disconnected':
      return withDetail({ reason: reasonIn(word) }, word)
    case 'session.logout':
    case 'auth.logout':
      return withDetail({ reason: 'logged_out' }, word)
    case 'core.stopped':
      return withDetail({ reason: 'stopped' }, word)
    case 'error': {
      const words = ['error', text(payload.scope, 100), text(fields(payload.error).message, 300)].filter((part) => part !== undefined).join(': ')
      return bool(payload.fatal) === true ? { reason: 'unknown', detail: words } : { message: words }
    }
    default:
      return {}
  }
}

function stateFacts(state: string | undefined, reason: string | undefined): SessionFacts {
  if (state === undefined) return {}
  const facts: SessionFacts = { ...STATES.get(state), detail: reason === undefined ? state : `${state}: ${reason}`.slice(0, 500).toWellFormed() }
  if (facts.reason === 'unknown' && reason !== undefined) facts.reason = reasonIn(reason)
  return facts
}

function withDetail(facts: SessionFacts, word: string | undefined): SessionFacts {
  put(facts, 'detail', word)
  return facts
}

/** The alpha documents no list; `socket` was observed. */
function reasonIn(word: string | undefined): Reason {
  const lower = word?.toLowerCase() ?? ''
  if (lower.includes('logout') || lower.includes('logged out') || lower.includes('unpaired')) return 'logged_out'
  if (lower.includes('conflict') || lower.includes('replaced')) return 'replaced'
  if (lower.includes('tos_block') || lower.includes('banned')) return 'banned'
  if (lower.includes('timeout')) return 'timeout'
  return lower.includes('socket') || lower.includes('network') || lower.includes('offline') ? 'network' : 'unknown'
}
