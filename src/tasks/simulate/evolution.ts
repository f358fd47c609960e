/**
 * Evolution API 2.3 as it posts: one envelope for everything, `date_time` in the wall time of its own zone under a Z, a token made
 * once per event and shared by all ten attempts, and everything twice where the global webhook and the instance's own are both set.
 */
import { evolutionMessage, jidOf } from './evolution-message'
import type { Dialect, Happening, Line, SimulatedDelivery, Talked } from './happening'
import { qrDataUrl } from './open-wa-qr'

export const evolutionDialect: Dialect = {
  id: 'evolution-api',
  tell(line, happening, at) {
    const bodies = tell(line, happening, at).map(([event, data]) => evolutionBody(line, event, data, at))
    return isSetTwice(line) ? bodies.flatMap((body) => [body, body]) : bodies
  },
  sign: (secret, _body, { at }) => evolutionHeaders(secret, at),
  retries: [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000],
  jitter: 0.2,
  givesUpOn: [400, 401, 403, 404, 422],
  ignoresRetryAfter: true,
}

/** One delivery of any event, for tests. `at` in milliseconds. */
export function evolutionDelivery(secret: string, line: Line, event: string, data: unknown, at: number): SimulatedDelivery {
  return { session: line.name, headers: evolutionHeaders(secret, at), body: evolutionBody(line, event, data, at) }
}

/** Wherever the sender stands, the body says Z: here three hours too early. */
const ZONE_MS = -3 * 3_600_000
const TOKEN_SECONDS = 600

function evolutionBody(line: Line, event: string, data: unknown, at: number): string {
  return JSON.stringify({
    event,
    instance: line.name,
    data,
    destination: `https://linekeeper.example.com/api/whatsapp/webhook/${line.name}?token=a-secret-in-the-url`,
    date_time: new Date(at + ZONE_MS).toISOString(),
    sender: jidOf(line.account.id),
    server_url: 'http://localhost:8080',
    apikey: uuidOf(`token of ${line.name}`).toUpperCase(),
  })
}

function evolutionHeaders(secret: string, at: number): Record<string, string> {
  const iat = Math.floor(at / 1000)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat, exp: iat + TOKEN_SECONDS, app: 'evolution', action: 'webhook' })}`
  const signature = new Bun.CryptoHasher('sha256', secret).update(claims).digest('base64url')
  return {
    accept: 'application/json, text/plain, */*',
    'content-type': 'application/json',
    authorization: `Bearer ${claims}.${signature}`,
    'user-agent': 'axios/1.12.2',
  }
}

/** One line in four has both webhooks. */
function isSetTwice(line: Line): boolean {
  return Number.parseInt(uuidOf(line.name).slice(0, 2), 16) % 4 === 0
}

type Told = [event: string, data: unknown]

/** The code on show, which comes along again with a pairing code. */
const codes = new WeakMap<Line, string>()

function tell(line: Line, happening: Happening, at: number): Told[] {
  switch (happening.kind) {
    case 'starting':
    // After the scan WhatsApp asks for a fresh connection; its close is not posted, nor is that of a network that fails.
    case 'authenticated':
    case 'reconnecting':
      return [connection(line, 'connecting', 200)]
    case 'qr':
      codes.set(line, happening.code)
      return [qr(line, happening.code, null)]
    case 'pairing_code':
      return [qr(line, codes.get(line) ?? '2@', happening.code)]
    case 'loading':
      return []
    case 'connected':
      return [connection(line, 'open', 200, { wuid: jidOf(line.account.id), profileName: line.account.name, profilePictureUrl: null })]
    case 'disconnected':
      return tellDown(line, happening.reason, at)
    case 'auth_failure':
      return [['qrcode.updated', { message: 'QR code limit reached, please login again', statusCode: 500 }], connection(line, 'refused', 428)]
    default:
      return tellTalk(line, happening, at)
  }
}

function connection(line: Line, state: string, statusReason: number, account: object = {}): Told {
  return ['connection.update', { instance: line.name, ...account, state, statusReason }]
}

function qr(line: Line, code: string, pairingCode: string | null): Told {
  return ['qrcode.updated', { qrcode: { instance: line.name, pairingCode, code, base64: qrDataUrl(code) } }]
}

/** It reconnects after everything but the end for good, and then tells only that it is connecting. */
function tellDown(line: Line, reason: Extract<Happening, { kind: 'disconnected' }>['reason'], at: number): Told[] {
  if (reason === 'network' || reason === 'replaced') return [connection(line, 'connecting', 200)]
  if (reason === 'stopped') return [['remove.instance', null]]
  const payload = { statusCode: 401, error: 'Unauthorized', message: 'Stream Errored (conflict)' }
  const disconnectionAt = new Date(at).toISOString()
  const error = { data: null, isBoom: true, isServer: false, output: { statusCode: 401, payload, headers: {} } }
  const disconnectionObject = JSON.stringify({ error, date: disconnectionAt })
  return [
    ['status.instance', { instance: line.name, status: 'closed', disconnectionAt, disconnectionReasonCode: 401, disconnectionObject }],
    ['logout.instance', null],
    connection(line, 'close', 401),
  ]
}

const ACKS: Record<number, string> = { [-1]: 'ERROR', 0: 'PENDING', 1: 'SERVER_ACK', 2: 'DELIVERY_ACK', 3: 'READ', 4: 'PLAYED' }

function tellTalk(line: Line, happening: Talked, at: number): Told[] {
  const instanceId = uuidOf(line.name)
  const { talk } = happening as { talk?: { fromMe: boolean; media?: unknown } }
  const upsert = talk?.fromMe === true ? 'send.message' : 'messages.upsert'
  switch (happening.kind) {
    case 'message':
      // With webhook.base64 the file comes inside, once it is downloaded.
      return happening.talk.media ? [] : [[upsert, evolutionMessage(happening.talk, instanceId)]]
    case 'media':
      return [[upsert, evolutionMessage(happening.talk, instanceId, happening.data)]]
    case 'ack': {
      const { id, chat, fromMe } = happening.talk
      return [['messages.update', { keyId: id, remoteJid: jidOf(chat), fromMe, participant: jidOf(chat), status: ACKS[happening.ack], instanceId }]]
    }
    case 'edited': {
      const edit = {
        key: keyOf(happening.talk),
        type: 'MESSAGE_EDIT',
        editedMessage: { conversation: happening.talk.text },
        timestampMs: String(Math.floor(at)),
      }
      return [[happening.talk.fromMe ? 'send.message.update' : 'messages.edited', edit]]
    }
    case 'revoked':
      return [['messages.delete', keyOf(happening.talk)]]
    case 'reaction': {
      const { id, emoji, sender } = happening
      const reactionMessage = { key: keyOf(happening.talk), text: emoji, senderTimestampMs: String(Math.floor(at)) }
      const carrier = evolutionMessage({ ...happening.talk, id, fromMe: false, text: '', author: sender, at }, instanceId)
      return [['messages.upsert', { ...carrier, message: { reactionMessage }, messageType: 'reactionMessage' }]]
    }
    case 'call': {
      const from = jidOf(happening.from)
      const call = { chatId: from, from, id: happening.id, date: new Date(at).toISOString(), offline: false, isVideo: happening.video, isGroup: false }
      return [
        ['call', { ...call, status: 'offer' }],
        ['call', { ...call, status: 'timeout' }],
      ]
    }
  }
}

function keyOf({ id, chat, fromMe }: { id: string; chat: string; fromMe: boolean }): Record<string, unknown> {
  return { remoteJid: jidOf(chat), fromMe, id }
}

function uuidOf(name: string): string {
  const hex = new Bun.CryptoHasher('md5').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`
}
