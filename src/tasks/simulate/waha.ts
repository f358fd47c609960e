/**
 * WAHA as it posts: an envelope with an id and the time of the happening, HMAC-SHA512 over the raw body, and the same bytes
 * again every 2 s, up to 15 times, after anything but a 2xx. It tells that there is a QR code, but not which.
 */
import type { Dialect, Happening, Line, SimulatedDelivery, Talk } from './happening'

const STATUS_OF: Partial<Record<Happening['kind'], string>> = {
  starting: 'STARTING',
  qr: 'SCAN_QR_CODE',
  connected: 'WORKING',
  reconnecting: 'STARTING',
  auth_failure: 'FAILED',
}
const ACK_NAMES: Record<number, string> = { [-1]: 'ERROR', 0: 'PENDING', 1: 'SERVER', 2: 'DEVICE', 3: 'READ', 4: 'PLAYED' }

export const wahaDialect: Dialect = {
  id: 'waha',
  tell(line, happening, at, id) {
    const eventId = `evt_${id()}`
    return tell(line, happening, at).map(([event, payload]) => wahaBody(line, event, payload, at, eventId))
  },
  sign: (secret, body, { id, at }) => wahaHeaders(secret, body, id, at),
  retries: new Array<number>(15).fill(2_000),
}

/** One delivery of any event, for tests. `at` in milliseconds. */
export function wahaDelivery(
  secret: string,
  session: string | Line,
  event: string,
  payload: unknown,
  at: number,
  id = `evt_${Bun.randomUUIDv7()}`,
): SimulatedDelivery {
  const line = typeof session === 'string' ? { name: session, account: { id: '5511998877665@c.us', name: session }, statuses: [] } : session
  const body = wahaBody(line, event, payload, at, id)
  return { session: line.name, headers: wahaHeaders(secret, body, id, at), body }
}

export function wahaBody(line: Line, event: string, payload: unknown, at: number, id: string): string {
  const isPaired = event !== 'session.status' || (payload as { status?: string }).status === 'WORKING'
  const phone = line.account.id.slice(0, line.account.id.indexOf('@'))
  const me = isPaired ? { id: line.account.id, pushName: line.account.name, lid: `1${phone.padStart(14, '0')}@lid`, jid: `${phone}:12@s.whatsapp.net` } : null
  const environment = { version: '2026.2.1', engine: 'GOWS', tier: 'PLUS', browser: null, platform: 'linux/x64', worker: { id: null } }
  return JSON.stringify({ id, timestamp: Math.floor(at), event, session: line.name, me, payload, engine: 'GOWS', environment })
}

/** A message in full: about 1 KB with its envelope. */
export function wahaMessage(talk: Talk, account: string, ack = talk.fromMe ? 1 : 2): Record<string, unknown> {
  const seconds = Math.floor(talk.at / 1000)
  const jid = talk.chat.replace('@c.us', '@s.whatsapp.net')
  const info = {
    Chat: jid,
    Sender: talk.author ?? jid,
    IsFromMe: talk.fromMe,
    IsGroup: talk.chat.endsWith('@g.us'),
    ID: talk.id,
    PushName: talk.name,
    Timestamp: new Date(talk.at).toISOString(),
    Type: talk.media ? 'media' : 'text',
  }
  return {
    id: serialized(talk),
    timestamp: seconds,
    from: talk.fromMe ? account : talk.chat,
    fromMe: talk.fromMe,
    source: talk.fromMe ? 'api' : 'app',
    to: talk.fromMe ? talk.chat : account,
    participant: talk.author ?? null,
    body: talk.text,
    hasMedia: talk.media !== undefined,
    media: talk.media ? { url: `http://waha:3000/api/files/${talk.id}`, mimetype: talk.media.mimetype, filename: null, s3: null, error: null } : null,
    ack,
    ackName: ACK_NAMES[ack],
    location: null,
    vCards: [],
    replyTo: null,
    _data: { Info: info, Message: { conversation: talk.text } },
  }
}

function wahaHeaders(secret: string, body: string, id: string, at: number): Record<string, string> {
  return {
    accept: 'application/json, text/plain, */*',
    'content-type': 'application/json',
    'user-agent': 'WAHA/2026.2.1',
    'x-webhook-request-id': id.slice(-17),
    'x-webhook-timestamp': String(Math.floor(at)),
    'x-webhook-hmac': new Bun.CryptoHasher('sha512', secret).update(body).digest('hex'),
    'x-webhook-hmac-algorithm': 'sha512',
  }
}

type Told = [event: string, payload: unknown]

function tell(line: Line, happening: Happening, at: number): Told[] {
  const status = happening.kind === 'disconnected' ? downStatus(happening.reason) : STATUS_OF[happening.kind]
  if (status !== undefined) {
    line.statuses = [...line.statuses, { status, timestamp: Math.floor(at) }].slice(-3)
    return [['session.status', { name: line.name, status, statuses: line.statuses }]]
  }
  const account = line.account.id
  switch (happening.kind) {
    case 'message': {
      const payload = wahaMessage(happening.talk, account)
      return happening.talk.fromMe
        ? [['message.any', payload]]
        : [
            ['message', payload],
            ['message.any', payload],
          ]
    }
    case 'ack': {
      const { talk, ack } = happening
      return [['message.ack', { id: serialized(talk), from: talk.chat, to: account, participant: null, fromMe: talk.fromMe, ack, ackName: ACK_NAMES[ack] }]]
    }
    case 'edited':
      return [['message.edited', { ...wahaMessage(happening.talk, account), editedMessageId: happening.talk.id }]]
    case 'revoked': {
      const shell = { ...wahaMessage({ ...happening.talk, id: happening.id }, account), body: null }
      return [['message.revoked', { after: shell, before: null, revokedMessageId: happening.talk.id, _data: {} }]]
    }
    case 'reaction': {
      const { talk, id, emoji, sender } = happening
      return [
        [
          'message.reaction',
          {
            id: `false_${talk.chat}_${id}`,
            timestamp: at / 1000,
            from: sender,
            fromMe: false,
            source: 'app',
            to: account,
            participant: sender,
            reaction: { text: emoji, messageId: serialized(talk) },
          },
        ],
      ]
    }
    case 'call':
      return [
        ['call.received', { id: happening.id, from: happening.from, timestamp: Math.floor(at / 1000), isVideo: happening.video, isGroup: false, _data: {} }],
      ]
    // Neither a percentage nor a pairing code nor the file itself is told by WAHA.
    default:
      return []
  }
}

/** WAHA reconnects through STARTING and gives up with FAILED; STOPPED is the operator's doing. */
function downStatus(reason: Extract<Happening, { kind: 'disconnected' }>['reason']): string {
  if (reason === 'stopped') return 'STOPPED'
  return reason === 'network' ? 'STARTING' : 'FAILED'
}

function serialized({ id, chat, fromMe, author }: Talk): string {
  return `${fromMe}_${chat}_${id}${author ? `_${author}` : ''}`
}
