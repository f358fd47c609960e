import type { DecodedEvent, Reason, SessionEventType, SessionFacts, Status } from '../../domain/event'
import { event, keyOf } from '../event'
import { text } from '../read'
import type { Listened } from './payload'

/** `onStateChanged` and `onLogout`, or null. `data` is WhatsApp's word, or `true`. */
export function sessionEvent({ name, id, at }: Listened, data: unknown): DecodedEvent | null {
  const type = TYPES.get(name)
  if (type === undefined) return null
  const decoded = event(type, name, id === undefined ? null : keyOf(`${name}:${id}`), at)
  const facts: SessionFacts = type === 'session.disconnected' ? { reason: 'logged_out' } : stateFacts(data)
  for (const _ in facts) {
    decoded.session = facts
    break
  }
  return decoded
}

const TYPES = new Map<string, SessionEventType>([
  ['onStateChanged', 'session.state'],
  // By default the process exits right after it, which may well end this very post: a missing one is no proof of anything.
  ['onLogout', 'session.disconnected'],
])

function stateFacts(data: unknown): SessionFacts {
  const word = text(data, 500)
  return word === undefined ? {} : { ...STATES.get(word), detail: word }
}

/** States of WhatsApp Web's socket. PAIRING comes before the first log-in too, so it says nothing about where the session is. */
const STATES = new Map<string, { status?: Status; reason?: Reason }>([
  ['CONNECTED', { status: 'connected' }],
  ['RESUMING', { status: 'starting' }],
  ['SYNCING', { status: 'authenticated' }],
  ['OPENING', { status: 'starting' }],
  ['TIMEOUT', { status: 'starting' }],
  ['PAIRING', {}],
  ['CONFLICT', { status: 'disconnected', reason: 'replaced' }],
  ['UNPAIRED', { status: 'disconnected', reason: 'logged_out' }],
  ['UNPAIRED_IDLE', { status: 'disconnected', reason: 'qr_expired' }],
  ['DISCONNECTED', { status: 'disconnected', reason: 'network' }],
  ['PROXYBLOCK', { status: 'disconnected', reason: 'network' }],
  ['TOS_BLOCK', { status: 'disconnected', reason: 'banned' }],
  ['SMB_TOS_BLOCK', { status: 'disconnected', reason: 'banned' }],
  ['DEPRECATED_VERSION', { status: 'disconnected', reason: 'unknown' }],
  ['UNLAUNCHED', { status: 'disconnected', reason: 'unknown' }],
])
