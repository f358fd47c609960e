import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../../src/domain/event'
import { decodeAny } from '../../../src/providers'
import { authenticate } from '../../../src/signing/authenticate'
import { DEFAULT_SCHEMES } from '../../../src/signing/scheme'
import { DIALECTS, type PlayOptions, type Spoken } from '../../../src/tasks/simulate/play'
import { bodyOf, deliveryOf, eventsIn, firstOf, SECRET, START } from '../support/simulated'

const OPTIONS: PlayOptions = { sessions: 12, rate: 50, dialects: DIALECTS, seed: 7, startAt: START }

describe('the play of the simulator', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(first(500)).toEqual(first(500))
    expect(first(500, { seed: 8 })).not.toEqual(first(500))
  })

  test('keeps to its rate once lines are connected', () => {
    const spoken = first(2_000)
    const [from, to] = [spoken[1_000] as Spoken, spoken[1_999] as Spoken]
    expect(999 / (to.due - from.due)).toBeCloseTo(OPTIONS.rate, 0)
  })

  test('says nothing that its provider does not understand', () => {
    const others = first(5_000).flatMap((spoken) =>
      decode(spoken)
        .filter((event) => event.type === 'other')
        .map((event) => event.providerType),
    )
    expect(others).toEqual([])
  })

  test('shows every kind of event that an operator can meet', () => {
    const types = new Set(
      first(8_000)
        .flatMap(decode)
        .map((event) => event.type),
    )
    for (const type of [
      'session.qr',
      'session.loading',
      'session.authenticated',
      'session.connected',
      'session.disconnected',
      'message.received',
      'message.created',
      'message.ack',
      'message.media',
      'message.edited',
      'message.revoked',
      'message.reaction',
      'call.received',
    ] as const) {
      expect(types).toContain(type)
    }
  })

  test('signs as each of its services does', () => {
    for (const spoken of first(300)) {
      const verdict = authenticate(deliveryOf(spoken), DEFAULT_SCHEMES, [{ id: 'one', value: SECRET }], spoken.at)
      expect(verdict.ok).toBe(true)
    }
  })

  test('sends bodies of the size that the services send', () => {
    const sizes = first(5_000)
      .filter(({ dialect, body }) => dialect.id === 'wwebjs-api' && body.startsWith('{"dataType":"message_create"'))
      .map(({ body }) => body.length)
    const median = sizes.toSorted((a, b) => a - b)[sizes.length >> 1] as number
    expect(median).toBeGreaterThan(1_700)
    expect(median).toBeLessThan(2_400)
  })
})

function first(count: number, more: Partial<PlayOptions> = {}): Spoken[] {
  return firstOf({ ...OPTIONS, ...more }, count)
}

function decode(spoken: Spoken): DecodedEvent[] {
  return eventsIn(decodeAny(deliveryOf(spoken), bodyOf(spoken)).decoded)
}
