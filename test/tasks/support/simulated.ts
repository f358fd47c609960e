import { readBody } from '../../../src/domain/body'
import type { Delivery } from '../../../src/domain/delivery'
import type { DecodedEvent } from '../../../src/domain/event'
import type { Decoded, Provider } from '../../../src/providers/provider'
import { type PlayOptions, play, type Spoken } from '../../../src/tasks/simulate/play'

/** What the simulator says, as our receiver would see it. */

export const SECRET = 'a secret of the test'
export const START = Date.UTC(2026, 10, 23, 12)

/** The first deliveries of a play. */
export function firstOf(options: PlayOptions, count: number): Spoken[] {
  const found: Spoken[] = []
  for (const one of play(options)) {
    found.push(one)
    if (found.length === count) break
  }
  return found
}

export function deliveryOf({ session, dialect, body, id, at }: Spoken): Delivery {
  return {
    id: '01939c5e-0000-7000-8000-000000000000',
    receivedAt: at,
    method: 'POST',
    path: `/api/whatsapp/webhook/${session}`,
    pathSession: session,
    headers: dialect.sign(SECRET, body, { id, at, now: at }),
    body: new TextEncoder().encode(body),
    address: '127.0.0.1',
  }
}

export function bodyOf(one: Spoken): unknown {
  const body = readBody(deliveryOf(one))
  if (!body.ok) throw new Error(body.reason)
  return body.value
}

/** @throws Error when nothing could be decoded. */
export function eventsIn(decoded: Decoded): DecodedEvent[] {
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.parts.flatMap((part) => part.events)
}

export function eventsOf(provider: Provider, one: Spoken): DecodedEvent[] {
  return eventsIn(provider.decode(deliveryOf(one), bodyOf(one)))
}

/** The texts under which each message was told, by its id. */
export function textsTold(events: readonly DecodedEvent[]): Map<string, Set<string>> {
  const told = new Map<string, Set<string>>()
  for (const { type, message } of events) {
    if (message === undefined || (type !== 'message.received' && type !== 'message.created')) continue
    told.set(message.id, (told.get(message.id) ?? new Set()).add(message.text ?? ''))
  }
  return told
}
