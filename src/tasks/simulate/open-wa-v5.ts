/**
 * open-wa 5 (alpha) as it posts: by fetch, headers as configured, the same bytes up to four times. QR codes and link codes never
 * leave it.
 */
import type { Dialect, Happening, Line, SimulatedDelivery, Talk } from './happening'
import { openWaCall, openWaId, openWaMessage } from './open-wa-message'

export const openWaV5Dialect: Dialect = {
  id: 'open-wa-v5',
  tell(line, happening, at, id) {
    const bodies = tell(line, happening, at, id()).map(([event, payload], nth) => bodyOf(line, event, payload, at + nth))
    // An answer that came too late for its 30 seconds: the same once more.
    return id().charAt(5) === '7' ? [...bodies, ...bodies] : bodies
  },
  sign: openWaV5Headers,
  retries: [1_000, 2_000, 4_000],
}

/** One delivery of any event, for tests. `at` in milliseconds. */
export function openWaV5Delivery(secret: string, line: Line, event: string, payload: unknown, at: number): SimulatedDelivery {
  const body = bodyOf(line, event, payload, at)
  return { session: line.name, headers: openWaV5Headers(secret), body }
}

/** `webhookId` is the plugin's, made when the program starts. */
function bodyOf(line: Line, event: string, payload: unknown, at: number): string {
  return JSON.stringify({ webhookId: '9ecdb027-3146-42b1-82a0-01c7240b0617', sessionId: line.name, event, payload, timestamp: Math.floor(at) })
}

function openWaV5Headers(secret: string): Record<string, string> {
  return { 'content-type': 'application/json', 'x-api-key': secret, accept: '*/*', 'accept-language': '*', 'sec-fetch-mode': 'cors', 'user-agent': 'node' }
}

type Told = [event: string, payload: unknown]

/** What it takes itself for: it tells changes, with what was before. */
const states = new WeakMap<Line, string>()

function tell(line: Line, happening: Happening, at: number, id: string): Told[] {
  const step = { correlationId: `evt_${id}`, ts: Math.floor(at) }
  const becomes = (next: string, reason?: string): Told => {
    const prev = states.get(line) ?? 'STOPPED'
    states.set(line, next)
    return ['session.state.changed', { ...step, step: 'session.state', details: { prev, next, ...(reason ? { reason } : {}) } }]
  }
  const connection = (what: string, details: unknown): Told => [`session.connection.${what}`, { ...step, step: 'session.connection', details }]
  switch (happening.kind) {
    case 'starting':
      return [['core.started', {}], becomes('STARTING'), becomes('AUTHENTICATING')]
    case 'connected':
      if (states.get(line) === 'RECONNECTING') {
        states.set(line, 'READY')
        return [connection('reconnected', { downtimeMs: 5_400 })]
      }
      return [becomes('READY'), ['client.ready', { sessionId: line.name }]]
    case 'reconnecting':
      states.set(line, 'RECONNECTING')
      return [connection('disconnected', { reason: 'socket', wasLoggedIn: true }), connection('reconnecting', { reason: 'socket' })]
    case 'disconnected':
      if (happening.reason === 'stopped') return [['core.stopping', {}], becomes('STOPPED'), ['core.stopped', {}]]
      if (happening.reason === 'network') return [connection('disconnected', { reason: 'socket', wasLoggedIn: true }), becomes('DISCONNECTED', 'socket')]
      if (happening.reason === 'replaced') return [becomes('DISCONNECTED', 'CONFLICT')]
      return [
        ['auth.logout', { ctx: step, reason: 'LOGOUT' }],
        ['session.logout', { ...step, step: 'session.logout', details: { reason: 'LOGOUT' } }],
      ]
    case 'auth_failure':
      return [becomes('DISCONNECTED', happening.message)]
    default:
      return tellTalk(line, happening, at, step)
  }
}

function tellTalk(line: Line, happening: Happening, at: number, ctx: { correlationId: string; ts: number }): Told[] {
  const account = line.account.id
  switch (happening.kind) {
    case 'message': {
      const message = openWaMessage(happening.talk, account)
      const any: Told = ['message.any', { ctx, message }]
      return happening.talk.fromMe ? [any] : [['message.received', { ctx, message }], any]
    }
    case 'ack': {
      const { talk, ack } = happening
      return [['ack.changed', { ctx, ack: { id: openWaId(talk), ack, from: account, to: talk.chat } }]]
    }
    case 'revoked':
      return [['message.deleted', { ctx, messageId: openWaId(happening.talk), chatId: happening.talk.chat, by: senderOf(happening.talk, account) }]]
    case 'reaction': {
      const { talk, id, emoji } = happening
      return [['reaction.added', { ctx, reaction: { id, msgId: openWaId(talk), reactionText: emoji, timestamp: Math.floor(at / 1000) } }]]
    }
    case 'call':
      return [['call.incoming', { ctx, call: openWaCall(happening, at) }]]
    // Codes and progress stay inside; edits and files are not told.
    default:
      return []
  }
}

function senderOf(talk: Talk, account: string): string {
  return talk.author ?? (talk.fromMe ? account : talk.chat)
}
