import type { DecodedEvent, SessionEventType, SessionFacts } from '../../domain/event'
import { event, keyOf, withSession } from '../event'
import { text } from '../read'
import { SOCKET_STATES, type StateMeaning } from '../whatsapp-web'
import type { Listened } from './payload'

/** `onStateChanged` and `onLogout`, or null. `data` is WhatsApp's word, or `true`. */
export function sessionEvent({ name, id, at }: Listened, data: unknown): DecodedEvent | null {
  const type = TYPES.get(name)
  if (type === undefined) return null
  const decoded = event(type, name, id === undefined ? null : keyOf(`${name}:${id}`), at)
  const facts: SessionFacts = type === 'session.disconnected' ? { reason: 'logged_out' } : stateFacts(data)
  return withSession(decoded, facts)
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

const STATES = new Map<string, StateMeaning>([
  ...SOCKET_STATES,
  ['RESUMING', { status: 'starting' }],
  ['SYNCING', { status: 'authenticated' }],
  ['DISCONNECTED', { status: 'disconnected', reason: 'network' }],
])
