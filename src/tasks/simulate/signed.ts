/** Anyone's own sender in our own envelope, signed and repeated as Standard Webhooks recommends. */

import { MINUTE_MS } from '../../domain/time'
import type { Dialect, Happening, SimulatedDelivery, Talk } from './happening'

export const signedDialect: Dialect = {
  id: 'signed',
  tell: (line, happening, at) => tell(line.account, happening).map(([type, data]) => signedBody(line.name, type, data, at)),
  sign: (secret, body, { id, now }) => signedHeaders(secret, body, id, now),
  retries: [5_000, 5 * MINUTE_MS, 30 * MINUTE_MS],
}

/** One delivery of any type, for tests. `at` is when it happened, `now` when it is signed; both in milliseconds. */
export function signedDelivery(
  secret: string,
  session: string,
  type: string,
  data: Record<string, unknown>,
  at: number,
  now = at,
  id = `msg_${Bun.randomUUIDv7()}`,
): SimulatedDelivery {
  const body = signedBody(session, type, data, at)
  return { session, headers: signedHeaders(secret, body, id, now), body }
}

function signedBody(session: string, type: string, data: Record<string, unknown>, at: number): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { sessionId: session, ...data } })
}

function signedHeaders(secret: string, body: string, id: string, now: number): Record<string, string> {
  const seconds = Math.floor(now / 1000)
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  const signature = new Bun.CryptoHasher('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    'content-type': 'application/json',
    'user-agent': 'own-sender/1.0',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
}

type Told = [type: string, data: Record<string, unknown>]

function tell(account: { id: string; name: string }, happening: Happening): Told[] {
  switch (happening.kind) {
    case 'starting':
    case 'reconnecting':
      return [['session.connecting', {}]]
    case 'qr':
      return [['session.qr', { qr: happening.code }]]
    case 'pairing_code':
      return [['session.pairing_code', { pairingCode: happening.code }]]
    case 'loading':
      return [['session.loading', { percent: happening.percent }]]
    case 'authenticated':
      return [['session.authenticated', {}]]
    case 'connected':
      return [['session.connected', { account }]]
    case 'disconnected':
      return [['session.disconnected', { reason: happening.reason }]]
    case 'auth_failure':
      return [['session.auth_failure', { reason: 'rejected', detail: happening.message }]]
    case 'message':
      return [[happening.talk.fromMe ? 'message.created' : 'message.received', talkOf(happening.talk, account.id)]]
    case 'media':
      return []
    case 'ack':
      return [['message.ack', { id: happening.talk.id, chat: happening.talk.chat, fromMe: happening.talk.fromMe, ack: happening.ack }]]
    case 'edited':
      return [['message.edited', talkOf(happening.talk, account.id)]]
    case 'revoked':
      return [['message.revoked', { id: happening.talk.id, chat: happening.talk.chat }]]
    case 'reaction':
      return [['message.reaction', { id: happening.talk.id, chat: happening.talk.chat, reaction: { text: happening.emoji, sender: happening.sender } }]]
    case 'call':
      return [['call.received', { id: happening.id, from: happening.from, video: happening.video }]]
  }
}

function talkOf(talk: Talk, account: string): Record<string, unknown> {
  const [from, to] = talk.fromMe ? [account, talk.chat] : [talk.chat, account]
  const media = talk.media ? { hasMedia: true, media: { mimetype: talk.media.mimetype, bytes: talk.media.bytes } } : {}
  return { id: talk.id, chat: talk.chat, from, to, fromMe: talk.fromMe, author: talk.author, kind: talk.media ? 'image' : 'chat', text: talk.text, ...media }
}
