/**
 * GOWA as it posts: Go's sorted JSON, signed over the escaped bytes, five attempts within 15 seconds; and never a word about the
 * session itself. A file is downloaded before its message is told.
 */
import { jidOf } from './evolution-message'
import { goJson, goTime } from './go'
import type { Dialect, Happening, Line, SimulatedDelivery, Talk } from './happening'

export const gowaDialect: Dialect = {
  id: 'gowa',
  tell(line, happening, at, id) {
    const bodies = tell(line, happening, at, id).map((told) => bodyOf(line, told))
    // An answer that came too late for its ten seconds: the same once more.
    return id().charCodeAt(5) % 32 === 0 ? [...bodies, ...bodies] : bodies
  },
  sign: gowaHeaders,
  retries: [1_000, 2_000, 4_000, 8_000],
  ignoresRetryAfter: true,
}

/** An event with its payload. What is no message carries the time beside it. */
export interface GowaEvent {
  event: string
  payload: Record<string, unknown>
  at?: number
}

/** One delivery of any event, for tests. */
export function gowaDelivery(secret: string, line: Line, told: GowaEvent): SimulatedDelivery {
  const body = bodyOf(line, told)
  return { session: line.name, headers: gowaHeaders(secret, body), body }
}

function bodyOf(line: Line, { event, payload, at }: GowaEvent): string {
  return goJson({ event, device_id: jidOf(line.account.id), session_id: line.name, payload, ...(at === undefined ? {} : { timestamp: goTime(at) }) })
}

function gowaHeaders(secret: string, body: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Go-http-client/1.1',
    'accept-encoding': 'gzip',
    'x-hub-signature-256': `sha256=${new Bun.CryptoHasher('sha256', secret).update(body).digest('hex')}`,
  }
}

/** What WhatsApp calls the receipts that it hands on; that a message has left is told by the answer to whoever sent it. */
const RECEIPTS: Record<number, [type: string, words: string]> = {
  2: ['delivered', 'means the message was delivered to the device (but the user might not have noticed).'],
  3: ['read', 'the user opened the chat and saw the message.'],
}

function tell(line: Line, happening: Happening, at: number, id: () => string): GowaEvent[] {
  switch (happening.kind) {
    case 'message': {
      const { talk } = happening
      if (talk.media) return []
      const message: GowaEvent = { event: 'message', payload: { ...carrier(line, talk, talk.id, at), body: talk.text } }
      return talk.fromMe ? [message] : [typing(talk, at - 2_000, 'composing'), message]
    }
    case 'media':
      return [{ event: 'message', payload: { ...carrier(line, happening.talk, happening.talk.id, happening.talk.at), ...fileOf(happening.talk) } }]
    case 'ack': {
      const receipt = RECEIPTS[happening.ack]
      if (receipt === undefined) return []
      const { talk } = happening
      const payload = { ids: [talk.id], chat_id: jidOf(talk.chat), from: senderOf(line, { ...talk, fromMe: false }) }
      return [{ event: 'message.ack', payload: { ...payload, receipt_type: receipt[0], receipt_type_description: receipt[1] }, at }]
    }
    case 'reaction': {
      const { talk, id: own, emoji, sender } = happening
      const payload = { ...carrier(line, { ...talk, fromMe: false }, own, at), from: jidOf(sender), reaction: emoji, reacted_message_id: talk.id }
      return [{ event: 'message.reaction', payload }]
    }
    case 'edited':
      return [
        {
          event: 'message.edited',
          payload: {
            ...carrier(line, happening.talk, id().slice(-16).toUpperCase(), at),
            body: happening.talk.text,
            original_message_id: happening.talk.id,
          },
        },
      ]
    case 'revoked': {
      const { talk, id: own } = happening
      const revoked = { revoked_message_id: talk.id, revoked_from_me: true, revoked_chat: jidOf(talk.chat) }
      return [{ event: 'message.revoked', payload: { ...carrier(line, talk, own, at), ...revoked } }]
    }
    case 'call': {
      const payload = { call_id: happening.id, from: jidOf(happening.from), auto_rejected: false, remote_platform: 'android', remote_version: '2.26.30.5' }
      return [{ event: 'call.offer', payload, at }]
    }
    // Codes, log-ins, connections and their end are told on its websocket only.
    default:
      return []
  }
}

function carrier(line: Line, talk: Talk, id: string, at: number): Record<string, unknown> {
  return {
    id,
    chat_id: jidOf(talk.chat),
    from: senderOf(line, talk),
    from_name: talk.name,
    sender_display_name: talk.name,
    timestamp: goTime(at),
    is_from_me: talk.fromMe,
  }
}

function senderOf(line: Line, talk: Talk): string {
  return jidOf(talk.fromMe ? line.account.id : (talk.author ?? talk.chat))
}

function typing(talk: Talk, at: number, state: string): GowaEvent {
  const payload = { chat_id: jidOf(talk.chat), from: jidOf(talk.author ?? talk.chat), is_group: talk.chat.endsWith('@g.us'), media: '', state }
  return { event: 'chat_presence', payload, at }
}

/** With a caption it is an object, without one the path alone. */
function fileOf(talk: Talk): Record<string, unknown> {
  const [name, extension] = talk.media?.mimetype.startsWith('image/') ? ['image', 'jpeg'] : ['document', 'pdf']
  const path = `statics/media/${Math.floor(talk.at / 1000)}-${talk.id.toLowerCase()}.${extension}`
  return talk.text === '' ? { [name]: path } : { body: talk.text, [name]: { path, caption: talk.text } }
}
