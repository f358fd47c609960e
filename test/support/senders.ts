/**
 * The senders as far as answers concern them: what they post, how they prove it, and when they post it again. Facts from the
 * sources and documentation of each, of the versions that docs/providers names.
 */
import { createHmac } from 'node:crypto'
import type { SchemeSetting } from '../../src/signing/scheme'

export interface Sender {
  /** The provider's id. */
  id: string
  schemes: readonly SchemeSetting[]
  /** A body about this session, with an identity of its own. */
  body(session: string, id: string): string
  /** Headers of one attempt at this instant; `first` is the instant of the first one. */
  headers(body: string, secret: string, now: number, first: number): Record<string, string>
  /** Milliseconds before each attempt after the first. */
  delays: readonly number[]
  repeatsAfter(status: number): boolean
}

const S = 1_000
const HOUR = 3_600 * S
const json = { 'content-type': 'application/json' }
const never = () => false
export const unless2xx = (status: number) => status < 200 || status > 299
const hmacHex = (algorithm: string, secret: string, body: string) => createHmac(algorithm, secret).update(body).digest('hex')
const apiKey: SchemeSetting[] = [{ scheme: 'api-key', header: 'x-api-key' }]
const basic: SchemeSetting[] = [{ scheme: 'basic' }]
const basicHeader = (secret: string) => ({ ...json, authorization: `Basic ${Buffer.from(`hook:${secret}`).toString('base64')}` })

/** Made once per event, valid for ten minutes, and sent with every attempt (webhook.controller.ts:79-85). */
function evolutionToken(secret: string, madeAt: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seconds = Math.floor(madeAt / S)
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat: seconds, exp: seconds + 600, app: 'evolution', action: 'webhook' })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

function standardHeaders(body: string, secret: string, now: number): Record<string, string> {
  const id = `msg_${hmacHex('sha256', 'id', body).slice(0, 16)}`
  const seconds = Math.floor(now / S)
  return {
    ...json,
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  }
}

export const SENDERS: readonly Sender[] = [
  {
    id: 'wwebjs-api',
    schemes: apiKey,
    body: (sessionId, id) =>
      JSON.stringify({
        dataType: 'message',
        data: { message: { id: { fromMe: false, remote: '1@c.us', id }, body: 'hi', type: 'chat', from: '1@c.us' } },
        sessionId,
      }),
    headers: (_body, secret) => ({ ...json, 'x-api-key': secret, 'user-agent': 'axios/1.15.2' }),
    delays: [],
    repeatsAfter: never,
  },
  {
    id: 'wppconnect-server',
    schemes: basic,
    body: (session, id) =>
      JSON.stringify({
        event: 'onmessage',
        session,
        id: `false_1@c.us_${id}`,
        body: 'hi',
        type: 'chat',
        t: 1_795_000_000,
        from: '1@c.us',
        to: '2@c.us',
        fromMe: false,
      }),
    headers: (_body, secret) => basicHeader(secret),
    delays: [],
    repeatsAfter: never,
  },
  {
    id: 'open-wa-v4',
    schemes: basic,
    body: (sessionId, id) =>
      JSON.stringify({
        ts: 1_795_000_000_000,
        sessionId,
        id: `uuid-${id}`,
        event: 'onMessage',
        data: { id: `false_1@c.us_${id}`, body: 'hi', type: 'chat', from: '1@c.us' },
        webhook_id: 'w1',
      }),
    headers: (_body, secret) => basicHeader(secret),
    delays: [],
    repeatsAfter: never,
  },
  {
    id: 'open-wa-v5',
    schemes: apiKey,
    body: (sessionId, id) =>
      JSON.stringify({
        webhookId: 'w1',
        sessionId,
        event: 'message.received',
        payload: { message: { id: `false_1@c.us_${id}`, body: 'hi', type: 'chat', from: '1@c.us' } },
        timestamp: 1_795_000_000_000,
      }),
    headers: (_body, secret) => ({ ...json, 'x-api-key': secret, 'user-agent': 'node' }),
    delays: [1 * S, 2 * S, 4 * S],
    repeatsAfter: unless2xx,
  },
  {
    id: 'evolution-api',
    schemes: [{ scheme: 'jwt', leewayMs: 25 * 60 * S }],
    body: (instance, id) =>
      JSON.stringify({
        event: 'messages.upsert',
        instance,
        data: {
          key: { remoteJid: '1@s.whatsapp.net', fromMe: false, id },
          message: { conversation: 'hi' },
          messageType: 'conversation',
          messageTimestamp: 1_795_000_000,
          instanceId: 'i',
          source: 'android',
        },
        destination: 'https://here.example/hook',
        date_time: '2026-11-24T10:00:00.000Z',
        sender: '2@s.whatsapp.net',
        server_url: 'http://localhost:8080',
        apikey: null,
      }),
    headers: (_body, secret, _now, first) => ({ ...json, authorization: `Bearer ${evolutionToken(secret, first)}` }),
    // 5·2ⁿ seconds, at most 300; with the largest jitter (20 %) and the time-out of each attempt (30 s) on top.
    delays: [5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => (seconds * 1.2 + 30) * S),
    repeatsAfter: (status) => unless2xx(status) && ![400, 401, 403, 404, 422].includes(status),
  },
  {
    id: 'waha',
    schemes: [{ scheme: 'hmac', header: 'x-webhook-hmac', algorithm: 'sha512', algorithmHeader: 'x-webhook-hmac-algorithm', encoding: 'hex' }],
    body: (session, id) =>
      JSON.stringify({
        id: `evt_${id}`,
        timestamp: 1_795_000_000_000,
        event: 'message',
        session,
        me: { id: '2@c.us', pushName: 'We' },
        payload: { id: `false_1@c.us_${id}`, timestamp: 1_795_000_000, from: '1@c.us', fromMe: false, body: 'hi', hasMedia: false },
        engine: 'WEBJS',
      }),
    headers: (body, secret) => ({ ...json, 'x-webhook-hmac': hmacHex('sha512', secret, body), 'x-webhook-hmac-algorithm': 'sha512' }),
    delays: Array(15).fill(2 * S),
    repeatsAfter: unless2xx,
  },
  {
    id: 'gowa',
    schemes: [{ scheme: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: false } }],
    body: (sessionId, id) =>
      JSON.stringify({
        device_id: '2@s.whatsapp.net',
        event: 'message',
        payload: { body: 'hi', chat_id: '1@s.whatsapp.net', from: '1@s.whatsapp.net', id, timestamp: '2026-11-24T10:00:00Z' },
        session_id: sessionId,
      }),
    headers: (body, secret) => ({ ...json, 'x-hub-signature-256': `sha256=${hmacHex('sha256', secret, body)}` }),
    delays: [1 * S, 2 * S, 4 * S, 8 * S],
    repeatsAfter: unless2xx,
  },
  {
    id: 'wuzapi',
    schemes: [{ scheme: 'hmac', header: 'x-hmac-signature', algorithm: 'sha256', encoding: 'hex' }],
    body: (instanceName, id) =>
      JSON.stringify({
        event: {
          Info: { Chat: '1@s.whatsapp.net', ID: id, IsFromMe: false, Sender: '1@s.whatsapp.net', Timestamp: '2026-11-24T10:00:00Z', Type: 'text' },
          Message: { conversation: 'hi' },
        },
        instanceName,
        type: 'Message',
        userID: 'u1',
      }),
    headers: (body, secret) => ({ ...json, 'x-hmac-signature': hmacHex('sha256', secret, body) }),
    delays: [30 * S, 60 * S, 120 * S, 240 * S],
    repeatsAfter: unless2xx,
  },
  {
    id: 'meta-cloud-api',
    schemes: [{ scheme: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: false } }],
    body: (session, id) =>
      JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [
          {
            id: 'waba',
            changes: [
              {
                field: 'messages',
                value: {
                  messaging_product: 'whatsapp',
                  metadata: { display_phone_number: '2', phone_number_id: session },
                  contacts: [{ profile: { name: 'A' }, wa_id: '1' }],
                  messages: [{ from: '1', id: `wamid.${id}`, timestamp: '1795000000', type: 'text', text: { body: 'hi' } }],
                },
              },
            ],
          },
        ],
      }),
    headers: (body, secret) => ({ ...json, 'x-hub-signature-256': `sha256=${hmacHex('sha256', secret, body)}` }),
    // "At once, then with decreasing frequency, for up to seven days": the steps are not published.
    delays: [0, 60 * S, 300 * S, 1_800 * S, ...Array(7).fill(6 * HOUR), ...Array(5).fill(24 * HOUR)],
    repeatsAfter: (status) => status !== 200,
  },
  {
    id: 'signed',
    schemes: [{ scheme: 'standard-webhooks', toleranceMs: 300 * S }],
    body: (sessionId, id) =>
      JSON.stringify({
        type: 'message.received',
        timestamp: '2026-11-24T10:00:00.000Z',
        data: { sessionId, id, chat: '1@c.us', from: '1@c.us', text: 'hi' },
      }),
    headers: (body, secret, now) => standardHeaders(body, secret, now),
    delays: [5 * S, 300 * S, 1_800 * S, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
    repeatsAfter: unless2xx,
  },
]
