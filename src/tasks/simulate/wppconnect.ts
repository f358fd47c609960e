/**
 * WPPConnect server as it posts: everything flat beside `event` and `session`, once and never again, with no proof but the password
 * in the URL. A file travels inside its message, which therefore comes after what was written meanwhile.
 */
import type { Dialect, Happening, Line, SimulatedDelivery, Talk, Talked } from './happening'
import { qrDataUrl } from './open-wa-qr'
import { wppconnectMessage, wppconnectMessageId, wppconnectWid } from './wppconnect-message'

export const wppconnectDialect: Dialect = {
  id: 'wppconnect-server',
  tell: (line, happening, at) => tell(line, happening, at).map(([event, data]) => wppconnectBody(line.name, event, data)),
  sign: wppconnectHeaders,
  retries: [],
}

/** One delivery of any event, for tests; without a session where `session` is null, as older versions do. */
export function wppconnectDelivery(secret: string, line: string, event: string, data: object, session: string | null = line): SimulatedDelivery {
  return { session: line, headers: wppconnectHeaders(secret), body: wppconnectBody(session, event, data) }
}

function wppconnectBody(session: string | null, event: string, data: object): string {
  return JSON.stringify({ event, ...(session === null ? {} : { session }), ...data })
}

/** axios makes Basic of `user:password@` in the URL. The key goes along here so that the default source can be played at too. */
function wppconnectHeaders(secret: string): Record<string, string> {
  return {
    accept: 'application/json, text/plain, */*',
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from(`linekeeper:${secret}`).toString('base64')}`,
    'x-api-key': secret,
    'user-agent': 'axios/1.12.2',
  }
}

type Told = [event: string, data: object]

/** Lines that show a code, and what was heard last over a line. */
const showing = new WeakSet<Line>()
const heard = new WeakMap<Line, Talk>()

const status = (word: string): Told => ['status-find', { status: word }]

function tell(line: Line, happening: Happening, at: number): Told[] {
  switch (happening.kind) {
    case 'qr':
      return tellQr(line, happening.code)
    case 'pairing_code':
      showing.add(line)
      return [['phoneCode', { phoneCode: happening.code }]]
    case 'authenticated':
      return [status(showing.delete(line) ? 'qrReadSuccess' : 'isLogged')]
    case 'connected': {
      // What is unread is told again (webhook.allUnreadOnStart).
      const unread = heard.get(line)
      return unread === undefined ? [status('inChat')] : [status('inChat'), ['unreadmessages', wppconnectMessage(unread, line.account.id)]]
    }
    case 'disconnected':
      return tellDown(line, happening.reason)
    case 'auth_failure':
      return [status('qrReadFail'), status('autocloseCalled')]
    // The percentage is only logged; of a network that comes and goes nothing is told.
    case 'starting':
    case 'loading':
    case 'reconnecting':
      return []
    default:
      return tellTalk(line, happening, at)
  }
}

function tellQr(line: Line, code: string): Told[] {
  const qrcode: Told = ['qrcode', { qrcode: qrDataUrl(code).slice('data:image/png;base64,'.length), urlcode: code }]
  if (showing.has(line)) return [qrcode]
  showing.add(line)
  return [status('notLogged'), qrcode]
}

/** Another WhatsApp Web is not told: WPPConnect takes the session back by itself. */
function tellDown(line: Line, reason: Extract<Happening, { kind: 'disconnected' }>['reason']): Told[] {
  switch (reason) {
    case 'logged_out':
      return [status('disconnectedMobile')]
    case 'network':
      return [status('serverClose')]
    case 'stopped':
      return [['closesession', { message: `Session: ${line.name} disconnected`, connected: false }], status('browserClose')]
    case 'replaced':
      return []
  }
}

function tellTalk(line: Line, happening: Talked, at: number): Told[] {
  const own = line.account.id
  switch (happening.kind) {
    case 'message':
      return happening.talk.media ? [] : [told(line, happening.talk)]
    case 'media':
      return [told(line, happening.talk, happening.data)]
    case 'ack': {
      const { talk, ack } = happening
      const [from, to] = [own, talk.chat]
      const flags = { invis: false, star: false }
      return [['onack', { id: wppconnectMessageId(talk), body: talk.text, type: 'chat', t: Math.floor(talk.at / 1000), from, to, self: 'out', ack, ...flags }]]
    }
    case 'revoked': {
      const { talk, id } = happening
      const serialized = (of: string) => wppconnectMessageId({ ...talk, id: of })._serialized
      return [['onrevokedmessage', { author: talk.author ?? talk.chat, from: talk.chat, to: own, id: serialized(id), refId: serialized(talk.id) }]]
    }
    case 'reaction': {
      const { talk, id, emoji, sender } = happening
      const reactionId = { ...wppconnectMessageId({ ...talk, id, fromMe: false }), participant: wppconnectWid(sender) }
      return [
        [
          'onreactionmessage',
          { id: reactionId, msgId: wppconnectMessageId(talk), reactionText: emoji, read: false, orphan: 0, orphanReason: null, timestamp: Math.floor(at) },
        ],
      ]
    }
    case 'call': {
      const never = { canHandleLocally: false, outgoing: false, isSilenced: false, offerReceivedWhileOffline: false, webClientShouldHandle: false }
      const { id, from: peerJid, video: isVideo } = happening
      return [['incomingcall', { id, peerJid, offerTime: Math.floor(at / 1000), isVideo, isGroup: false, groupJid: null, ...never, participants: [] }]]
    }
    // Not relayed.
    case 'edited':
      return []
  }
}

function told(line: Line, talk: Talk, data?: string): Told {
  if (!talk.fromMe && !talk.media) heard.set(line, talk)
  return [talk.fromMe ? 'onselfmessage' : 'onmessage', wppconnectMessage(talk, line.account.id, data)]
}
