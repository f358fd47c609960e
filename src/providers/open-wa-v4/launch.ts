import type { DecodedEvent, EventType, Reason, SessionEventType, SessionFacts } from '../../domain/event'
import { digestOf, event, keyOf, withSession } from '../event'
import { textInQrUrl } from '../qr-image'
import { type Fields, fields, number, put, qrText, text } from '../read'

/**
 * What is posted while the session comes up: `--ev` by its namespaces, `--ready-webhook` as READY. No event has an id; the
 * millisecond and the text tell two of them apart, and nothing is repeated.
 */
export function launchEvent(namespace: string, data: unknown, at: number | undefined): DecodedEvent {
  const key = at === undefined ? null : keyOf(`${namespace}:${at}:${digestOf(text(data, 4000) ?? '')}`)
  const { type, facts } = meaningOf(namespace, data)
  return withSession(event(type, namespace, key, at), facts ?? {})
}

interface Meaning {
  type: EventType
  facts?: SessionFacts
}

function meaningOf(namespace: string, data: unknown): Meaning {
  switch (namespace) {
    case 'qr':
      return qrMeaning(data)
    case 'qrUrl':
      // The same code once more, as a link to its picture: no second QR, and its address leads into the account.
      return { type: 'session.state' }
    case 'STARTUP':
      return startupMeaning(text(data, 500))
    case 'MD_DETECT':
      return { type: 'session.connecting' }
    case 'READY':
      return { type: 'session.connected', facts: readyFacts(fields(data)) }
    default:
      return { type: 'other' }
  }
}

/** The picture of the code as a data URL, from which its text is read; or with `--link-code` the code to type on the phone. */
function qrMeaning(data: unknown): Meaning {
  const given = typeof data === 'string' ? data : ''
  if (/^[A-Z0-9-]{4,20}$/i.test(given)) return { type: 'session.pairing_code', facts: { pairingCode: given } }
  const facts: SessionFacts = {}
  put(facts, 'qr', qrText(textInQrUrl(given)))
  return { type: 'session.qr', facts }
}

/** The whole configuration comes along, its keys redacted on arrival (src/domain/json-secrets.ts). */
function readyFacts(config: Fields): SessionFacts {
  const phone = number(config.hostAccountNumber)
  return phone === undefined ? {} : { account: { id: `${phone}@c.us` } }
}

function startupMeaning(words: string | undefined): Meaning {
  const known = words === undefined ? undefined : STARTUP.find(([pattern]) => pattern.test(words))
  // Whatever the spinner says besides is kept with the event and left off the session: "Port 8080 is now free" comes after SUCCESS.
  if (known === undefined) return words === undefined ? { type: 'session.state' } : { type: 'session.state', facts: { message: words } }
  const [, type, reason] = known
  if (reason === undefined) return { type, facts: { message: words as string } }
  return { type, facts: { reason, detail: words as string } }
}

/**
 * What the spinner says (src/controllers/initializer.ts). SUCCESS is posted twice: a moment too early, right after the scan, and
 * when everything is ready; a restart with a stored log-in posts only the second.
 */
const STARTUP: readonly [words: RegExp, type: SessionEventType, reason?: Reason][] = [
  [/^SUCCESS$|^🚀 @OPEN-WA ready/u, 'session.connected'],
  [/^successfulScan$|^Authenticated$/, 'session.authenticated'],
  [/^qrTimeout$|^QR Timeout|^QR scan took too long/, 'session.disconnected', 'qr_expired'],
  [/^authTimeout$|^Auth Timeout|^Authentication timed out|^appOffline$|^App Offline/, 'session.disconnected', 'timeout'],
  [/^Session data most likely expired/, 'session.auth_failure', 'logged_out'],
  [/^TOSBLOCK$/, 'session.disconnected', 'banned'],
  [
    /^Launching EASY API|^Starting$|^Initializing WA|^Browser Launched|^Authenticating$|^Authenticate to continue|^The session is invalid/,
    'session.connecting',
  ],
]
