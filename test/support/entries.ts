import type { DecodedEvent, EventType, Instant, MessageFacts } from '../../src/domain/event'
import { keyHash, sessionIdOf } from '../../src/domain/id'
import type { Entry } from '../../src/ingest/batch'

export const TEST_SOURCE = '11111111-1111-4111-8111-111111111111'
export const ALLOWANCES = { staleAfterMs: 900_000, qrExpiresAfterMs: 60_000, connectingTimeoutMs: 180_000 }

export function event(type: EventType, more: Partial<DecodedEvent> = {}): DecodedEvent {
  return { type, providerType: type, key: null, occurredAt: null, ordered: false, ...more }
}

/** A message event as a provider would decode it. */
export function message(type: EventType, id: string, more: Omit<Partial<DecodedEvent>, 'message'> & { message?: Partial<MessageFacts> } = {}): DecodedEvent {
  return {
    ...event(type),
    key: `${type}:${id}`,
    ...more,
    message: { id, chat: '1@c.us', from: '1@c.us', fromMe: false, kind: 'chat', text: 'hello', ...more.message },
  }
}

let last = 0

/** One delivery with these events for one session, received now (or at `at`). */
export function entry(name: string, events: DecodedEvent[], at?: Instant, body = '{}'): Entry {
  last = Math.max(last + 0.001, Date.now())
  const receivedAt = Math.round((at ?? last) * 1000) / 1000
  const ids = events.map(() => Bun.randomUUIDv7('hex', Math.floor(receivedAt)))
  return {
    sessionId: sessionIdOf(TEST_SOURCE, name),
    session: { sourceId: TEST_SOURCE, name, provider: 'signed', ownerId: null, allowances: ALLOWANCES },
    receivedAt,
    delivery: {
      id: ids[0] as string,
      receivedAt,
      path: '/api/whatsapp/webhook/x',
      address: '127.0.0.1',
      headers: '{}',
      body: new TextEncoder().encode(body),
      bodySize: body.length,
      scheme: 'hmac',
      secretId: null,
    },
    events: events.map((decoded, i) => ({
      id: ids[i] as string,
      decoded,
      position: {
        at: decoded.ordered && decoded.occurredAt ? Math.min(decoded.occurredAt, receivedAt) : receivedAt,
        key: decoded.key ?? '',
        id: ids[i] as string,
      },
      keyHash: decoded.key === null ? null : keyHash(decoded.key),
    })),
  }
}
