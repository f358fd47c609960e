/** What a session of fake.ts has been through: its transitions, events, messages and calls. */
import type { EventType, Instant, Status } from '../../../src/domain/event'
import type { CallRecord, EventDetail, EventRecord, MessageRecord, TransitionRecord } from '../../../src/domain/records'
import { HOUR, MINUTE, NOW, uuid, XSS } from './fake'

export function fakeTransitions(now: Instant = NOW): TransitionRecord[] {
  const list: TransitionRecord[] = []
  const add = (ago: number, from: Status, to: Status, eventType: EventType, reason: TransitionRecord['reason'] = null, detail: string | null = null): void => {
    list.push({ at: now - ago, from, to, reason, detail, eventId: uuid(9000 + list.length), eventType })
  }
  add(95_000, 'disconnected', 'qr', 'session.qr')
  add(4 * MINUTE, 'connected', 'disconnected', 'session.disconnected', 'logged_out', 'LOGOUT')
  for (let index = 0; index < 41; index++) {
    add(20 * MINUTE + index * 15_000, 'disconnected', 'connected', 'session.connected')
    add(20 * MINUTE + index * 15_000 + 7000, 'connected', 'disconnected', 'session.disconnected', 'network', 'ECONNRESET')
  }
  add(12 * 24 * HOUR, 'authenticated', 'connected', 'session.connected')
  add(12 * 24 * HOUR + 5000, 'qr', 'authenticated', 'session.authenticated')
  add(12 * 24 * HOUR + 60_000, 'starting', 'qr', 'session.qr')
  return list
}

export function fakeEvent(index: number, over: Partial<EventRecord> = {}, now: Instant = NOW): EventRecord {
  const kinds: [EventType, string, Record<string, unknown>][] = [
    ['message.received', 'message', { kind: 'chat' }],
    ['message.ack', 'message_ack', { ack: (index % 4) as number }],
    ['message.created', 'message_create', { kind: 'image', hasMedia: true }],
    ['session.disconnected', 'disconnected', { reason: 'network', detail: 'ECONNRESET' }],
    ['session.qr', 'qr', { qr: '2@abc' }],
    ['presence.update', 'presence', {}],
  ]
  const [type, providerType, facts] = kinds[index % kinds.length] ?? ['other', 'odd', {}]
  return {
    id: uuid(20_000 + index),
    sessionId: uuid(1),
    source: 'waha-1',
    session: 'acme-support',
    seq: 5000 - index,
    type,
    providerType,
    receivedAt: now - index * 2300,
    occurredAt: now - index * 2300 - 140,
    at: now - index * 2300 - 140,
    messageId: type.startsWith('message.') ? '3EB0C1A2B3C4' : null,
    chat: type.startsWith('message.') ? '4915112345678@c.us' : null,
    text: type === 'message.received' ? 'Hello, is my order ready?' : null,
    facts,
    deliveryId: uuid(40_000 + index),
    bodySize: 400 + ((index * 977) % 5000),
    ...over,
  }
}

export function fakeDetail(body: string | Uint8Array, over: Partial<EventDetail> = {}): EventDetail {
  return {
    ...fakeEvent(0),
    delivery: {
      path: '/api/whatsapp/waha-1/webhook/acme-support',
      address: '203.0.113.9',
      headers: { 'content-type': 'application/json', 'x-webhook-hmac': '[redacted]', 'user-agent': XSS, [XSS]: 'name too' },
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
      verdict: { scheme: 'hmac-sha512', secretId: 'sec-1' },
      siblings: [{ id: uuid(7), type: 'message.created' }],
    },
    transition: fakeTransitions()[1] ?? null,
    ...over,
  }
}

export function fakeMessages(now: Instant = NOW): MessageRecord[] {
  const acks = [3, 2, 1, 0, -1, 4] as const
  return Array.from({ length: 14 }, (_, index) => ({
    id: `3EB0${index}`,
    chat: index % 4 === 3 ? '120363041234567890@g.us' : '4915112345678@c.us',
    from: '4915112345678@c.us',
    to: '5511998877665@c.us',
    author: null,
    fromMe: index % 2 === 0,
    kind: index % 5 === 4 ? 'image' : 'chat',
    text: index % 5 === 4 ? null : 'Your order is ready'.slice(0, 4 + index),
    media: index % 5 === 4 ? { mimetype: 'image/jpeg', bytes: 88_000 } : null,
    ack: acks[index % acks.length] ?? null,
    sentAt: now - index * 47_000,
    deliveredAt: null,
    readAt: null,
    editedAt: index === 2 ? now : null,
    revokedAt: index === 6 ? now : null,
    reactions: index === 1 ? [{ text: '👍', sender: '49' }] : [],
  }))
}

export function fakeCalls(now: Instant = NOW): CallRecord[] {
  return [
    { id: 'c1', from: '4915112345678@c.us', fromMe: false, video: true, group: false, phase: 'rejected', startedAt: now - 20 * MINUTE, updatedAt: now },
    { id: 'c2', from: '34600123419@c.us', fromMe: false, video: false, group: true, phase: 'accepted', startedAt: now - 2 * HOUR, updatedAt: now },
  ]
}
