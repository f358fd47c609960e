import type { DecodedEvent, Reason, SessionEventType, SessionFacts } from '../../domain/event'
import { event, withSession } from '../event'
import { type Fields, put, qrText, text } from '../read'

/**
 * What an event says of the session, or null. None has an identity or a time: every `inChat` looks the same and each is true.
 * The loading percentage is only logged, and `session-logged` is commented out (createSessionUtil.ts:252).
 */
export function sessionEvent(name: string, body: Fields): DecodedEvent | null {
  switch (name) {
    case 'status-find':
      return statusEvent(body)
    case 'qrcode': {
      const facts: SessionFacts = {}
      // `qrcode` beside it is the same as a picture.
      put(facts, 'qr', qrText(body.urlcode))
      return told('session.qr', name, facts)
    }
    case 'phoneCode': {
      const facts: SessionFacts = {}
      put(facts, 'pairingCode', text(body.phoneCode, 50))
      return told('session.pairing_code', name, facts)
    }
    case 'closesession':
    case 'logoutsession': {
      const facts: SessionFacts = { reason: name === 'closesession' ? 'stopped' : 'logged_out' }
      put(facts, 'detail', text(body.message, 500))
      return told('session.disconnected', name, facts)
    }
    default:
      return null
  }
}

type Meaning = readonly [type: SessionEventType, reason?: Reason]

/** StatusFind of @wppconnect-team/wppconnect (src/api/model/enum/status-find.ts), in the order of src/api/layers/host.layer.ts. */
const STATUSES = new Map<string, Meaning>([
  // A stored log-in was found; the chats follow, or phoneNotConnected does.
  ['isLogged', ['session.connected']],
  ['inChat', ['session.connected']],
  ['qrReadSuccess', ['session.authenticated']],
  // The page went away while the code was shown: also what follows autocloseCalled when nobody scans.
  ['qrReadError', ['session.disconnected', 'qr_expired']],
  ['qrReadFail', ['session.auth_failure', 'rejected']],
  ['autocloseCalled', ['session.disconnected', 'qr_expired']],
  ['browserClose', ['session.disconnected', 'unknown']],
  ['serverClose', ['session.disconnected', 'network']],
  ['disconnectedMobile', ['session.disconnected', 'logged_out']],
  // So older versions spell it.
  ['desconnectedMobile', ['session.disconnected', 'logged_out']],
  // The chats did not come within deviceSyncTimeout.
  ['phoneNotConnected', ['session.disconnected', 'network']],
])

/**
 * `notLogged` announces a QR code but may overtake it on the way or be overtaken: taken for a state it would hide a code that is
 * there already. It and whatever is unknown are kept in their own word.
 */
function statusEvent(body: Fields): DecodedEvent {
  const word = text(body.status, 100)
  const [type, reason] = (word === undefined ? undefined : STATUSES.get(word)) ?? (['session.state'] as const)
  const facts: SessionFacts = {}
  put(facts, 'reason', reason)
  if (reason !== undefined || type === 'session.state') put(facts, 'detail', word)
  return told(type, 'status-find', facts)
}

function told(type: SessionEventType, name: string, facts: SessionFacts): DecodedEvent {
  return withSession(event(type, name, null), facts)
}
