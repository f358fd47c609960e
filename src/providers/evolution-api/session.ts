import type { DecodedEvent, Reason, SessionEventType, SessionFacts } from '../../domain/event'
import { digestOf, event, withSession } from '../event'
import { type Fields, fields, instant, isObject, number, put, qrText, text, waId } from '../read'
import { type Emitted, momentKey } from './payload'

/** What an event says of the instance itself; empty when it says nothing of it. */
export function sessionEvents(emitted: Emitted, data: Fields): DecodedEvent[] {
  switch (emitted.name) {
    case 'qrcode.updated':
      return qrEvents(emitted, data)
    case 'connection.update':
      return [connectionEvent(emitted, data)]
    case 'status.instance':
      return [statusEvent(emitted, data)]
    case 'logout.instance':
      return [told(emitted, 'session.disconnected', { reason: 'logged_out', detail: 'logout.instance' })]
    case 'remove.instance':
    case 'instance.delete':
      return [told(emitted, 'session.disconnected', { reason: 'stopped', detail: emitted.name })]
    case 'instance.create':
      // It says nothing of a connection: `connecting` follows by itself once somebody wants one.
      return [told(emitted, 'session.state', { detail: emitted.name })]
    default:
      return []
  }
}

/**
 * The code, with the one to type beside it when a number was given. At the limit (QRCODE_LIMIT, 30) there is a message instead,
 * and nothing follows until somebody asks for a connection again.
 */
function qrEvents(emitted: Emitted, data: Fields): DecodedEvent[] {
  if (!isObject(data.qrcode)) {
    const message = text(data.message, 500)
    return message === undefined ? [] : [told(emitted, 'session.disconnected', { reason: 'qr_expired', detail: message })]
  }
  const code = text(data.qrcode.code, 4000)
  const facts: SessionFacts = {}
  put(facts, 'qr', qrText(data.qrcode.code))
  const events = [told(emitted, 'session.qr', facts, code === undefined ? '' : digestOf(code))]
  const pairingCode = text(data.qrcode.pairingCode, 50)
  if (pairingCode !== undefined) events.push(told(emitted, 'session.pairing_code', { pairingCode }, pairingCode))
  return events
}

/** A `close` that Evolution answers by reconnecting is not posted (baileys.service.ts:400-406): only the next `connecting` is. */
function connectionEvent(emitted: Emitted, data: Fields): DecodedEvent {
  const state = text(data.state, 50)
  const code = number(data.statusReason)
  const words = state === undefined || code === undefined ? state : `${state} (${code})`
  const become = (type: SessionEventType, facts: SessionFacts) => told(emitted, type, facts, state, code)
  switch (state) {
    case 'open': {
      const facts: SessionFacts = {}
      put(facts, 'account', accountOf(emitted, data))
      return become('session.connected', facts)
    }
    case 'connecting':
      return become('session.connecting', {})
    case 'refused':
      // The QR limit again (428): nobody scanned.
      return become('session.disconnected', { reason: 'qr_expired', detail: words as string })
    case 'close':
      // Right after the scan WhatsApp asks for a fresh connection (515): that is progress.
      if (code === RESTART_REQUIRED) return become('session.connecting', {})
      return become('session.disconnected', { reason: reasonOf(code), detail: words as string })
    default:
      return become('session.state', words === undefined ? {} : { detail: words })
  }
}

/** The end for good, with Baileys' own error as text. It comes before `logout.instance` and `connection.update`. */
function statusEvent(emitted: Emitted, data: Fields): DecodedEvent {
  const code = number(data.disconnectionReasonCode)
  const status = text(data.status, 50)
  const error = errorText(data.disconnectionObject)
  const detail = [code === undefined ? status : `${status ?? 'closed'} (${code})`, error].filter((word) => word !== undefined).join(': ')
  const facts: SessionFacts = { reason: reasonOf(code) }
  if (detail !== '') facts.detail = detail
  const decoded = told(emitted, 'session.disconnected', facts, status, code)
  // Unlike date_time this one is real UTC.
  decoded.occurredAt = instant(data.disconnectionAt) ?? null
  return decoded
}

const RESTART_REQUIRED = 515

/** DisconnectReason of Baileys and WhatsApp's own codes beside it; 402, 403 and 406 are bans and locks, and are not retried. */
const REASONS = new Map<number | undefined, Reason>([
  [401, 'logged_out'],
  [402, 'banned'],
  [403, 'banned'],
  [406, 'banned'],
  [408, 'timeout'],
  [428, 'network'],
  [440, 'replaced'],
  [503, 'network'],
])

function reasonOf(code: number | undefined): Reason {
  return REASONS.get(code) ?? 'unknown'
}

/** `wuid` loses its device number at the sender. Where it is missing, the envelope's `sender` is the same. */
function accountOf({ own }: Emitted, data: Fields): SessionFacts['account'] {
  const id = waId(data.wuid) ?? own
  if (id === undefined) return undefined
  const account: NonNullable<SessionFacts['account']> = { id }
  put(account, 'name', text(data.profileName))
  return account
}

/** `{"error":{"output":{"payload":{"message"}}},"date"}` as text. */
function errorText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 20_000) return undefined
  try {
    const { error } = fields(JSON.parse(value))
    return text(fields(fields(fields(error).output).payload).message, 300)
  } catch {
    return undefined
  }
}

function told(emitted: Emitted, type: SessionEventType, facts: SessionFacts, ...identity: (string | number | undefined)[]): DecodedEvent {
  return withSession(event(type, emitted.name, momentKey(emitted, ...identity)), facts)
}
