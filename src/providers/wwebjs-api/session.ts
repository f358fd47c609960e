import type { DecodedEvent, Reason, SessionEventType, SessionFacts } from '../../domain/event'
import { event, withSession } from '../event'
import { type Fields, fields, percent, put, qrText, text } from '../read'
import { SOCKET_STATES, type StateMeaning } from '../whatsapp-web'

/**
 * Session events have no identity: every `ready` is byte-identical and each is true, so none has a key. They carry no time
 * either: arrival orders them.
 */
export function sessionEvent(dataType: string, data: unknown): DecodedEvent | null {
  const type = TYPES.get(dataType)
  if (type === undefined) return null
  const decoded = event(type, dataType, null)
  const facts = factsOf(dataType, fields(data), data)
  return withSession(decoded, facts)
}

const TYPES = new Map<string, SessionEventType>([
  ['qr', 'session.qr'],
  ['code', 'session.pairing_code'],
  ['loading_screen', 'session.loading'],
  ['authenticated', 'session.authenticated'],
  ['ready', 'session.connected'],
  // `status` is the name under which the services relay the library's auth_failure (sessions.js:245-249); the library's own
  // name is accepted beside it.
  ['status', 'session.auth_failure'],
  ['auth_failure', 'session.auth_failure'],
  ['change_state', 'session.state'],
  ['disconnected', 'session.disconnected'],
])

const STATES = new Map<string, StateMeaning>(SOCKET_STATES)

/** `disconnected` gives a state word or one of these. NAVIGATION is what older libraries say when the phone unlinks them. */
const REASONS = new Map<string, Reason>([
  ['LOGOUT', 'logged_out'],
  ['NAVIGATION', 'logged_out'],
  ['Max qrcode retries reached', 'qr_expired'],
])

function factsOf(dataType: string, data: Fields, raw: unknown): SessionFacts {
  const facts: SessionFacts = {}
  switch (dataType) {
    case 'qr':
      put(facts, 'qr', qrText(data.qr ?? raw))
      break
    case 'code':
      put(facts, 'pairingCode', text(data.code ?? raw, 50))
      break
    case 'loading_screen':
      put(facts, 'percent', percent(data.percent))
      put(facts, 'message', text(data.message))
      break
    case 'status':
    case 'auth_failure':
      put(facts, 'detail', text(data.msg ?? data.message ?? raw, 500))
      facts.reason = reasonIn(facts.detail ?? '')
      break
    case 'change_state': {
      const word = text(data.state ?? raw, 500)
      if (word === undefined) break
      Object.assign(facts, STATES.get(word))
      facts.detail = word
      break
    }
    case 'disconnected': {
      const word = text(data.reason ?? raw, 500)
      facts.reason = (word !== undefined ? (REASONS.get(word) ?? STATES.get(word)?.reason) : undefined) ?? 'unknown'
      put(facts, 'detail', word)
    }
  }
  return facts
}

function reasonIn(message: string): Reason {
  const lower = message.toLowerCase()
  if (lower.includes('timeout') || lower.includes('timed out')) return 'timeout'
  if (lower.includes('banned') || lower.includes('blocked')) return 'banned'
  if (lower.includes('logged out') || lower.includes('unpaired')) return 'logged_out'
  return 'rejected'
}
