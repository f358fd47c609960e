/** Believable data for looking at the pages, and for their tests. Deterministic: the same seed gives the same night. */
import type { Instant } from '../../../src/domain/event'
import type { ActionRecord, ControlRecord, SessionRecord } from '../../../src/domain/records'

export const NOW: Instant = Date.UTC(2026, 6, 28, 1, 42, 11)
export const XSS = `"><img src=x onerror=alert(1)><script>alert('x')</script><hx-partial hx-target="#main">&lt;`

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

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
