/**
 * wuzapi as it posts: a form with the event as JSON inside, or with WEBHOOK_FORMAT=json the sorted JSON itself; signed as sent; five
 * attempts within seven and a half minutes. Its QR code is a picture, a file comes inside its message, and where the global webhook
 * is set beside the user's own, everything comes twice.
 */
import { jidOf } from './evolution-message'
import { goForm, goJson, goTime } from './go'
import type { Dialect, Happening, Line, SimulatedDelivery, Talk } from './happening'
import { qrDataUrl } from './open-wa-qr'
import { keyOf, senderOf, wuzapiFile, wuzapiMessage } from './wuzapi-message'

export const wuzapiDialect: Dialect = {
  id: 'wuzapi',
  tell(line, happening, at, id) {
    const bodies = tell(line, happening, at, id).map((told) => wuzapiBody(line, told, isJson(line)))
    return isSetTwice(line) ? bodies.flatMap((body) => [body, body]) : bodies
  },
  sign: wuzapiHeaders,
  retries: [30_000, 60_000, 120_000, 240_000],
  ignoresRetryAfter: true,
}

/** `event` is whatsmeow's struct, or a word; what else is there stands beside it. */
export interface WuzapiEvent {
  type: string
  event: unknown
  beside?: Record<string, unknown>
}

/** One delivery of any event, for tests; as a form unless JSON is wanted. */
export function wuzapiDelivery(secret: string, line: Line, told: WuzapiEvent, format: 'form' | 'json' = 'form'): SimulatedDelivery {
  const body = wuzapiBody(line, told, format === 'json')
  return { session: line.name, headers: wuzapiHeaders(secret, body), body }
}

function wuzapiBody(line: Line, { type, event, beside }: WuzapiEvent, asJson: boolean): string {
  const names = { instanceName: line.name, userID: digest(line.name).slice(0, 32) }
  if (asJson) return goJson({ ...beside, event, type, ...names })
  // The outer map is sorted; the struct inside keeps the order of its fields.
  const sorted = Object.fromEntries(Object.entries({ ...beside, event, type }).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return goForm({ ...names, jsonData: goJson(sorted, 'as given') })
}

function wuzapiHeaders(secret: string, body: string): Record<string, string> {
  const type: Record<string, string> = body.startsWith('{')
    ? { 'content-type': 'application/json', accept: 'application/json' }
    : { 'content-type': 'application/x-www-form-urlencoded' }
  return {
    ...type,
    'user-agent': 'go-resty/2.16.5 (https://github.com/go-resty/resty)',
    'accept-encoding': 'gzip',
    'x-hmac-signature': new Bun.CryptoHasher('sha256', secret).update(body).digest('hex'),
  }
}

/** One line in five is of a wuzapi that posts JSON. */
function isJson(line: Line): boolean {
  return Number.parseInt(digest(line.name).slice(0, 2), 16) % 5 === 0
}

/** One line in four has a global webhook beside its own. */
function isSetTwice(line: Line): boolean {
  return Number.parseInt(digest(line.name).slice(2, 4), 16) % 4 === 0
}

function digest(text: string): string {
  return new Bun.CryptoHasher('sha256').update(text).digest('hex')
}

/** Lines that show a code, and lines whose pings go unanswered. */
const scanning = new WeakSet<Line>()
const unanswered = new WeakSet<Line>()

function tell(line: Line, happening: Happening, at: number, id: () => string): WuzapiEvent[] {
  switch (happening.kind) {
    case 'qr':
      scanning.add(line)
      return [{ type: 'QR', event: 'code', beside: { qrCodeBase64: qrDataUrl(happening.code) } }]
    case 'authenticated':
      return scanning.delete(line) ? [pairSuccess(line)] : []
    case 'connected':
      if (unanswered.delete(line)) return [{ type: 'KeepAliveRestored', event: {} }]
      return [
        { type: 'Connected', event: {} },
        { type: 'Connected', event: { Timestamp: goTime(at), Action: { name: line.account.name }, FromFullSync: false } },
        { type: 'OfflineSyncCompleted', event: { Count: id().charCodeAt(7) % 10 } },
      ]
    case 'reconnecting':
      if (id().charCodeAt(6) % 2 === 0) return [{ type: 'Disconnected', event: {} }]
      unanswered.add(line)
      return [{ type: 'KeepAliveTimeout', event: { ErrorCount: 1, LastSuccess: goTime(at - 30_000) } }]
    case 'disconnected':
      if (happening.reason === 'logged_out') return [{ type: 'LoggedOut', event: { OnConnect: false, Reason: 401 } }]
      // Another WhatsApp Web that takes over, and a stop by the operator, are not told at all.
      return happening.reason === 'network' ? [{ type: 'Disconnected', event: {} }, connectFailure()] : []
    case 'auth_failure':
      return [
        {
          type: 'ConnectFailure',
          event: { Reason: 414, Message: happening.message, Raw: { Tag: 'failure', Attrs: { location: 'cln', reason: '414' }, Content: null } },
        },
      ]
    default:
      return tellTalk(line, happening, at, id)
  }
}

function tellTalk(line: Line, happening: Happening, at: number, id: () => string): WuzapiEvent[] {
  const message = (talk: Talk, own: string, content: Record<string, unknown>, edit = '') => [
    { type: 'Message', ...wuzapiMessage(line, talk, own, at, content, edit) },
  ]
  switch (happening.kind) {
    case 'message': {
      const { talk } = happening
      // The file has to be downloaded first.
      if (talk.media) return []
      const typing = { type: 'ChatPresence', event: { Chat: jidOf(talk.chat), Sender: senderOf(line, talk), IsFromMe: false, State: 'composing', Media: '' } }
      return [...(talk.fromMe ? [] : [typing]), ...message(talk, talk.id, { conversation: talk.text })]
    }
    case 'media':
      return [{ type: 'Message', ...wuzapiFile(line, happening.talk, happening.data) }]
    case 'ack':
      return receipts(line, happening.talk, happening.ack, at)
    case 'edited': {
      const { talk } = happening
      const protocolMessage = { key: keyOf(talk), type: 14, editedMessage: { conversation: talk.text }, timestampMS: Math.floor(at) }
      return message(talk, id().slice(-16).toUpperCase(), { protocolMessage }, '1')
    }
    case 'revoked':
      return message(happening.talk, happening.id, { protocolMessage: { key: { ...keyOf(happening.talk), fromMe: true }, type: 0 } }, '7')
    case 'reaction': {
      const { talk, emoji } = happening
      const reactionMessage = { key: keyOf(talk), text: emoji, senderTimestampMS: Math.floor(at) }
      const { media: _media, ...text } = talk
      return message({ ...text, fromMe: false }, happening.id, { reactionMessage })
    }
    case 'call':
      return call(happening, at)
    default:
      return []
  }
}

/** Each device of whoever got it says so. */
function receipts(line: Line, talk: Talk, ack: number, at: number): WuzapiEvent[] {
  const state = ack === 2 ? 'Delivered' : ack === 3 ? 'Read' : null
  if (state === null) return []
  const of = (device: number) => ({
    type: 'ReadReceipt',
    event: {
      Chat: jidOf(talk.chat),
      Sender: senderOf(line, { ...talk, fromMe: false }, device),
      IsFromMe: false,
      IsGroup: talk.chat.endsWith('@g.us'),
      MessageIDs: [talk.id],
      Timestamp: goTime(at),
      Type: state === 'Read' ? 'read' : '',
      MessageSender: '',
    },
    beside: { state },
  })
  return state === 'Read' ? [of(0)] : [of(0), of(12)]
}

function call({ id, from, video }: Extract<Happening, { kind: 'call' }>, at: number): WuzapiEvent[] {
  const node = (Tag: string, Content: unknown) => ({ Tag, Attrs: { 'call-creator': jidOf(from), 'call-id': id }, Content })
  const basics = { From: jidOf(from), Timestamp: goTime(at), CallCreator: jidOf(from), CallCreatorAlt: '', CallID: id, GroupJID: '' }
  const offer = node('offer', video ? [{ Tag: 'video', Attrs: {}, Content: null }] : null)
  return [
    { type: 'CallOffer', event: { ...basics, RemotePlatform: 'android', RemoteVersion: '2.26.1.5', Data: offer } },
    { type: 'CallRelayLatency', event: { ...basics, Data: node('relaylatency', null) } },
    { type: 'CallTerminate', event: { ...basics, Reason: 'timeout', Data: node('terminate', null) } },
  ]
}

function pairSuccess(line: Line): WuzapiEvent {
  const jid = jidOf(line.account.id)
  return { type: 'PairSuccess', event: { ID: jid.replace('@', ':12@'), LID: '123456789012345:12@lid', BusinessName: '', Platform: 'android', Props: null } }
}

/** wuzapi's own word after three attempts: `event` is a string then. */
function connectFailure(): WuzapiEvent {
  const error = 'failed to dial whatsapp web websocket: dial tcp: lookup web.whatsapp.com: i/o timeout'
  return { type: 'ConnectFailure', event: 'ConnectFailure', beside: { error, attempts: 3, reason: 'Failed to connect after retry attempts' } }
}
