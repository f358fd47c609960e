/**
 * open-wa 4 as it posts: what its listeners hear (`-w`) and what happens while it starts (`--ev`, `--ready-webhook`), by axios,
 * once. The list of webhooks has a header; the other URLs have only a password.
 */
import type { Dialect, Happening, Line, SimulatedDelivery, Talk } from './happening'
import { openWaCall, openWaId, openWaMessage } from './open-wa-message'
import { qrDataUrl } from './open-wa-qr'

export const openWaV4Dialect: Dialect = {
  id: 'open-wa-v4',
  tell(line, happening, at, id) {
    return tell(line, happening, at).map(([name, data], nth) =>
      name.startsWith('on') ? listened(line, name, data, at + nth, uuidOf(id())) : launched(line, name, data, at + nth),
    )
  },
  sign: openWaV4Headers,
  retries: [],
}

/** One delivery of any listener (`onMessage`) or namespace (`STARTUP`), for tests. */
export function openWaV4Delivery(secret: string, line: Line, name: string, data: unknown, at: number): SimulatedDelivery {
  const body = name.startsWith('on') ? listened(line, name, data, at, crypto.randomUUID()) : launched(line, name, data, at)
  return { session: line.name, headers: openWaV4Headers(secret, body), body }
}

/** What open-wa says of a reaction, which names nobody in many versions. */
export function openWaV4Reaction(talk: Talk, account: string, emoji: string, sender: string, at: number): Record<string, unknown> {
  const senders = [{ senderUserJid: sender, reactionText: emoji, timestamp: Math.floor(at / 1000), msgKey: openWaId(talk) }]
  const reactions = emoji === '' ? [] : [{ aggregateEmoji: emoji, hasReactionByMe: false, id: emoji, senders }]
  return { message: openWaMessage(talk, account), reactionByMe: null, reactions, type: emoji === '' ? 'remove' : 'add' }
}

type Told = [name: string, data: unknown]

function listened(line: Line, event: string, data: unknown, at: number, id: string): string {
  return JSON.stringify({ ts: Math.floor(at), sessionId: line.name, id, event, data, webhook_id: uuidOf(line.name) })
}

function launched(line: Line, namespace: string, data: unknown, at: number): string {
  return JSON.stringify({ ts: Math.floor(at), data, sessionId: line.name, namespace })
}

/**
 * axios turns the password of a URL into HTTP Basic. The header goes along with everything here, so that the default source,
 * which takes no passwords, can be played at too.
 */
function openWaV4Headers(secret: string, body: string): Record<string, string> {
  const isLaunch = !body.includes('"webhook_id"')
  return {
    accept: 'application/json, text/plain, */*',
    'content-type': 'application/json',
    'user-agent': 'axios/1.10.0',
    'x-api-key': secret,
    ...(isLaunch ? { authorization: `Basic ${Buffer.from(`linekeeper:${secret}`).toString('base64')}` } : {}),
  }
}

function tell(line: Line, happening: Happening, at: number): Told[] {
  const whole = (talk: Talk, ack?: number) => openWaMessage(talk, line.account.id, ack)
  switch (happening.kind) {
    case 'starting':
      return ['Starting', 'Initializing WA', 'Browser Launched', 'Authenticating'].map((words) => ['STARTUP', words])
    case 'qr':
      return [
        ['qr', qrDataUrl(happening.code)],
        ['qrUrl', `https://qr.openwa.cloud/${line.name}`],
      ]
    case 'pairing_code':
      return [['qr', happening.code]]
    case 'authenticated':
      // SUCCESS comes here for the first time, before anything works.
      return [['STARTUP', 'successfulScan']]
    case 'connected':
      return [
        ['STARTUP', `🚀 @OPEN-WA ready for account: ${line.account.id.slice(-9, -5)}`],
        ['STARTUP', 'SUCCESS'],
        ['READY', configOf(line)],
        ['onStateChanged', 'CONNECTED'],
      ]
    case 'reconnecting':
      return [
        ['onStateChanged', 'TIMEOUT'],
        ['onStateChanged', 'OPENING'],
      ]
    case 'disconnected':
      return tellDown(happening.reason)
    case 'auth_failure':
      return [['STARTUP', 'Session data most likely expired due to manual host account logout. Please re-authenticate this session.']]
    case 'message':
      return happening.talk.fromMe
        ? [['onAnyMessage', whole(happening.talk)]]
        : [
            ['onMessage', whole(happening.talk)],
            ['onAnyMessage', whole(happening.talk)],
          ]
    case 'ack':
      return [['onAck', whole(happening.talk, happening.ack)]]
    case 'revoked':
      return [['onMessageDeleted', { ...whole(happening.talk), type: 'revoked' }]]
    case 'reaction':
      return [['onReaction', openWaV4Reaction(happening.talk, line.account.id, happening.emoji, happening.sender, at)]]
    case 'call':
      return [['onIncomingCall', openWaCall(happening, at)]]
    // It knows no percentage, no edits, and posts no files.
    default:
      return []
  }
}

/** A stop is not told; after a log-out the process ends. */
function tellDown(reason: Extract<Happening, { kind: 'disconnected' }>['reason']): Told[] {
  if (reason === 'stopped') return []
  if (reason === 'replaced') return [['onStateChanged', 'CONFLICT']]
  if (reason === 'network') return [['onStateChanged', 'PROXYBLOCK']]
  return [
    ['onStateChanged', 'UNPAIRED'],
    ['onLogout', true],
  ]
}

/** All of it is posted, keys included. */
function configOf({ name, account }: Line): Record<string, unknown> {
  return {
    sessionId: name,
    port: 8080,
    webhook: `https://linekeeper:a-password@linekeeper.example.com/api/whatsapp/webhook/${name}`,
    key: 'an-api-key-of-open-wa',
    licenseKey: 'B2BJ4JFB-2UN2J3ND-2J5I',
    WA_VERSION: '2.3000.1',
    hostAccountNumber: account.id.slice(0, account.id.indexOf('@')),
  }
}

function uuidOf(seed: string): string {
  const hex = new Bun.CryptoHasher('sha256').update(seed).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
