import type { DecodedEvent, Reason, SessionEventType, SessionFacts } from '../../domain/event'
import { digestOf, event, keyOf, withSession } from '../event'
import { textInQrUrl } from '../qr-image'
import { type Fields, fields, isObject, number, put, text } from '../read'
import { jid, type Posted } from './payload'

/**
 * What an event says of the session itself, or null. Nothing of it is numbered and little of it timed: where there is no key, every
 * telling is true, and wuzapi repeats only what was not answered.
 */
export function sessionEvent({ type, all }: Posted): DecodedEvent | null {
  const inside = fields(all.event)
  switch (type) {
    case 'QR':
      return qr(type, all.qrCodeBase64)
    case 'QRTimeout':
      // After 160 s of codes the client is thrown away: the next code needs POST /session/connect.
      return told(type, 'session.disconnected', { reason: 'qr_expired', detail: 'QRTimeout' })
    case 'PairSuccess':
      return told(type, 'session.authenticated', accountOf(inside))
    case 'PairError':
      return told(type, 'session.auth_failure', { reason: 'rejected', detail: text(inside.Error, 500) ?? 'PairError' })
    case 'Connected':
      return connected(type, inside)
    case 'Disconnected':
      // WhatsApp closed the socket; whatsmeow connects again by itself.
      return told(type, 'session.disconnected', { reason: 'network', detail: 'Disconnected' })
    case 'LoggedOut':
      return told(type, 'session.disconnected', whyOf(number(inside.Reason), 'logged_out', 'LoggedOut'))
    case 'ConnectFailure':
      return connectFailure(type, all, inside)
    case 'TemporaryBan':
      return told(type, 'session.disconnected', { reason: 'banned', detail: banWords(inside) })
    case 'ClientOutdated':
      return told(type, 'session.auth_failure', { reason: 'rejected', detail: 'ClientOutdated: WhatsApp refuses this version, update wuzapi' })
    default:
      return connectionEvent(type, inside)
  }
}

function connectionEvent(type: string, inside: Fields): DecodedEvent | null {
  switch (type) {
    case 'KeepAliveTimeout': {
      // Restored or given up within minutes; meanwhile nobody knows.
      const identity = `${text(inside.LastSuccess) ?? ''}:${number(inside.ErrorCount) ?? ''}`
      return told(type, 'session.connecting', { detail: `WhatsApp leaves ${number(inside.ErrorCount) ?? 'some'} pings unanswered` }, identity)
    }
    case 'KeepAliveRestored':
      return told(type, 'session.connected', {})
    case 'StreamError':
      return streamError(type, text(inside.Code, 50))
    case 'StreamReplaced':
      // On wuzapi's list of events and never sent (wmiau.go:796-798); should that change, it says this.
      return told(type, 'session.disconnected', { reason: 'replaced', detail: type })
    case 'QRScannedWithoutMultidevice':
      return told(type, 'session.state', { detail: 'Scanned by a phone without multi-device: update WhatsApp there' })
    case 'CATRefreshError':
      return told(type, 'session.state', { detail: text(inside.Error, 500) ?? type })
    default:
      return null
  }
}

/**
 * The picture is all there is (wmiau.go:505-511): its text is read here, so that this code is drawn, aged and told like any other.
 * One that cannot be read is announced all the same.
 */
function qr(type: string, picture: unknown): DecodedEvent {
  const facts: SessionFacts = {}
  if (typeof picture !== 'string') return told(type, 'session.qr', facts)
  put(facts, 'qr', textInQrUrl(picture) ?? undefined)
  return told(type, 'session.qr', facts, digestOf(facts.qr ?? picture))
}

/**
 * `Connected` is also what wuzapi calls a change of the own push name (wmiau.go:671-673), which only a connected session hears of;
 * that one has an identity. Its time is the change's, perhaps of long ago, and not a connection's.
 */
function connected(type: string, inside: Fields): DecodedEvent {
  if (!isObject(inside.Action)) return told(type, 'session.connected', {})
  return told(type, 'session.connected', {}, `pushname:${text(inside.Timestamp) ?? ''}:${digestOf(text(inside.Action.name) ?? '')}`)
}

function accountOf(inside: Fields): SessionFacts {
  const id = jid(inside.ID)
  if (id === undefined) return {}
  const account: NonNullable<SessionFacts['account']> = { id }
  put(account, 'name', text(inside.BusinessName))
  return { account }
}

/** WhatsApp's refusal with its code, or wuzapi's own word after three attempts in vain (wmiau.go:611-615): `event` is then a string. */
function connectFailure(type: string, all: Fields, inside: Fields): DecodedEvent {
  if (!isObject(all.event)) return told(type, 'session.disconnected', { reason: 'network', detail: text(all.error, 500) ?? text(all.reason, 500) ?? type })
  const code = number(inside.Reason)
  const facts = whyOf(code, 'rejected', text(inside.Message, 400) ?? type)
  // 500 and more is trouble of WhatsApp's own: nobody was refused.
  return told(type, code !== undefined && code >= 500 ? 'session.disconnected' : 'session.auth_failure', facts)
}

/** whatsmeow's ConnectFailureReason (types/events/events.go); 403 is what WhatsApp Web calls LOCKED, 406 BANNED. */
const REASONS = new Map<number | undefined, Reason>([
  [401, 'logged_out'],
  [402, 'banned'],
  [403, 'banned'],
  [406, 'banned'],
  [500, 'network'],
  [501, 'network'],
  [503, 'network'],
])

function whyOf(code: number | undefined, otherwise: Reason, words: string): SessionFacts {
  return { reason: REASONS.get(code) ?? otherwise, detail: code === undefined ? words : `${words} (${code})` }
}

/** 515 asks for a fresh connection right after the scan. Whatever else it is, the socket closes next, and that is told. */
function streamError(type: string, code: string | undefined): DecodedEvent {
  const detail = `StreamError${code === undefined ? '' : ` (${code})`}`
  return code === '515' ? told(type, 'session.connecting', { detail }) : told(type, 'session.state', { detail })
}

/** whatsmeow's TempBanReason. */
const BANS = new Map<number | undefined, string>([
  [101, 'too many messages to people who do not know this number'],
  [102, 'blocked by too many people'],
  [103, 'too many groups with people who do not know this number'],
  [104, 'the same message too often'],
  [106, 'too many messages to broadcast lists'],
])

/** `Expire` is a Go duration: nanoseconds. */
function banWords({ Code, Expire }: Fields): string {
  const code = number(Code)
  const hours = (number(Expire) ?? 0) / 3.6e12
  const why = BANS.get(code)
  return `TemporaryBan${code === undefined ? '' : ` (${code})`}${why === undefined ? '' : `: ${why}`}${hours > 0 ? `; for ${Math.ceil(hours)} h` : ''}`
}

function told(type: string, becomes: SessionEventType, facts: SessionFacts, identity?: string): DecodedEvent {
  return withSession(event(becomes, type, identity === undefined ? null : keyOf(`${type}:${identity}`)), facts)
}
