/** Believable data for looking at the pages, and for their tests. Deterministic: the same seed gives the same night. */
import type { EventType, Instant, Status } from '../../../src/domain/event'
import type {
  ActionRecord,
  CallRecord,
  ControlRecord,
  EventDetail,
  EventRecord,
  MessageRecord,
  SessionRecord,
  TransitionRecord,
} from '../../../src/domain/records'

export const NOW: Instant = Date.UTC(2026, 6, 28, 1, 42, 11)
export const XSS = `"><img src=x onerror=alert(1)><script>alert('x')</script><hx-partial hx-target="#main">&lt;`

const MINUTE = 60_000
const HOUR = 60 * MINUTE

export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
}

export function uuid(index: number): string {
  return `${(0x9e3779b9 ^ (index * 2654435761)).toString(16).replace('-', '').padStart(8, '0').slice(0, 8)}-7c1f-5d3e-8a2b-${index.toString(16).padStart(12, '0')}`
}

export function fakeSession(index: number, over: Partial<SessionRecord> = {}, now: Instant = NOW): SessionRecord {
  const next = random(index + 7)
  const rate = next() * 12
  const source = SOURCES[index % SOURCES.length] ?? 'default'
  return {
    id: uuid(index),
    source,
    name: NAMES[index % NAMES.length] + (index >= NAMES.length ? `-${Math.floor(index / NAMES.length) + 1}` : ''),
    provider: source.startsWith('waha') ? 'waha' : 'wwebjs-api',
    owner: index % 5 === 0 ? { id: 'op-2', name: 'Mara Lindqvist' } : null,
    status: 'connected',
    reason: null,
    detail: null,
    since: now - next() * 400 * HOUR,
    health: 'ok',
    qr: null,
    pairingCode: null,
    loading: null,
    account: { id: `49151${String(10_000_000 + Math.floor(next() * 89_999_999))}@c.us`, name: 'Front desk' },
    lastEventAt: now - next() * 4 * MINUTE,
    usualGapMs: 9 * MINUTE,
    activity: Array.from({ length: 60 }, () => Math.floor(next() * next() * rate * 2)),
    counts: { events: 48_212, messagesReceived: 20_114, messagesSent: 11_873, calls: 96, reconnects: 12 },
    lastOf: {
      'message.received': now - 9000,
      'message.ack': now - 4000,
      'message.created': now - 61_000,
      'session.connected': now - 40 * HOUR,
      'call.received': now - 90 * HOUR,
    },
    seq: 48_212,
    createdAt: now - 190 * 24 * HOUR,
    updatedAt: now - 1000,
    ...over,
  }
}

const SOURCES = ['wwebjs-eu', 'waha-1', 'evolution-br', 'wwebjs-us']
const NAMES = [
  'shop-es',
  'shop-fr',
  'clinic-day',
  'clinic-night',
  'acme-billing',
  'acme-logistics',
  'hotel-lisboa',
  'hotel-porto',
  'taxi-central',
  'school-office',
  'bakery-north',
  'bakery-south',
  'law-intake',
  'gym-reception',
  'support-tier1',
  'support-tier2',
]

/** An API that offers everything, and what it was asked for last. */
export function fakeControl(outcome: ActionRecord['outcome'] | null, now: Instant = NOW): ControlRecord {
  const message = outcome === 'failed' ? 'The sender refuses connections: is it running, and is the port right?' : 'The sender is restarting the session'
  const last: ActionRecord | null = outcome && { action: 'restart', outcome, by: 'Mara Lindqvist', at: now - 9_000, message }
  return { label: 'WAHA', offers: ['start', 'stop', 'restart', 'logout', 'pairingCode', 'qr', 'status', 'list'], last }
}

/** 46 sessions of a bad night. */
export function fakeNight(now: Instant = NOW): SessionRecord[] {
  const at = (index: number, over: Partial<SessionRecord>): SessionRecord => fakeSession(index, over, now)
  const code =
    '2@ljGuaCwB672EOE4uoet/jhYqyVp9euR72TrLEhbLj4cJetSY4c2MUEaQxBviZ1DQDbIAwBwLNiyExRfMLSSZhxvg,cETsJ1lxPJ3NiFpCu2pL6VRYG1hJeUCLl1r3tETaH7k=,hWEwDcBe0o31+ypCig453kBQPjOQQs/WfHaY0vHXmgI=,1'
  const special = [
    at(0, {
      name: 'acme-sales',
      status: 'disconnected',
      reason: 'logged_out',
      detail: 'LOGOUT',
      health: 'down',
      since: now - 4 * MINUTE,
      lastEventAt: now - 4 * MINUTE,
    }),
    at(1, {
      name: 'acme-support',
      status: 'qr',
      health: 'ok',
      since: now - 95_000,
      account: null,
      qr: { code, receivedAt: now - 46_000, expiresAt: now + 14_000, count: 3 },
      lastEventAt: now - 46_000,
    }),
    at(2, { name: 'clinic-frontdesk', status: 'auth_failure', reason: 'rejected', detail: 'Passkey required', health: 'down', since: now - 22 * MINUTE }),
    at(3, { name: 'pharmacy', status: 'connected', health: 'flapping', since: now - 40_000 }),
    at(4, { name: 'taxi-airport', status: 'loading', health: 'stuck', since: now - 31 * MINUTE, loading: { percent: 82, message: 'WhatsApp' } }),
    at(5, {
      name: 'warehouse',
      status: 'connected',
      health: 'quiet',
      since: now - 12 * 24 * HOUR,
      lastEventAt: now - 3 * HOUR,
      activity: new Array<number>(60).fill(0),
    }),
    at(6, { name: 'fleet-07', status: 'loading', health: 'ok', since: now - 8000, loading: { percent: 41, message: 'WhatsApp' } }),
    at(7, {
      name: 'old-campaign',
      status: 'disconnected',
      reason: 'stopped',
      health: 'down',
      since: now - 60 * 24 * HOUR,
      lastEventAt: now - 60 * 24 * HOUR,
      activity: new Array<number>(60).fill(0),
    }),
    at(8, {
      name: XSS,
      status: 'disconnected',
      reason: 'unknown',
      detail: XSS,
      health: 'down',
      since: now - 50 * MINUTE,
      account: { id: XSS, name: XSS },
      owner: { id: XSS, name: XSS },
    }),
    at(9, { name: 'צוות תמיכה לילה — فرع الرياض', status: 'qr', health: 'stuck', since: now - 12 * MINUTE, pairingCode: 'K7WQ2MZD', account: null }),
    at(10, {
      name: 'a-session-with-a-name-that-somebody-generated-from-three-uuids-5b1c2f0e-5e7a-4c6f-9a39-1f7e2d9d3b11-f3a1',
      status: 'starting',
      health: 'ok',
      since: now - 20_000,
    }),
    at(11, {
      name: 'brand-new',
      status: 'new',
      health: 'unknown',
      since: now - 3000,
      account: null,
      lastEventAt: null,
      activity: new Array<number>(60).fill(0),
    }),
  ]
  return [...special, ...Array.from({ length: 34 }, (_, index) => at(index + 12, {}))]
}

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
