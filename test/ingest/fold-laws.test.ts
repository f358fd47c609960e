/** Promise 2: the status is the fold of the ledger, whatever the order, the duplication and the batches. */
import { afterAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { DecodedEvent, EventType } from '../../src/domain/event'
import { Writer } from '../../src/ingest/writer'
import { type FrozenFold, thaw } from '../../src/store/session-pulse'
import { freshDatabase } from '../support/database'
import { entry, event, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

const TYPES: EventType[] = [
  'session.qr',
  'session.loading',
  'session.authenticated',
  'session.connected',
  'session.connecting',
  'session.disconnected',
  'session.auth_failure',
]
/** Equal times, inside the grace of a signal, beyond it. */
const STEPS_MS = [0, 4_000, 12_000]

/** A history with times of its own (as WAHA's): state events, messages and acks, some steps apart. */
const history = fc.array(
  fc.tuple(fc.oneof(fc.constantFrom(...TYPES), fc.constant('message.received' as const), fc.constant('message.ack' as const)), fc.constantFrom(...STEPS_MS)),
  { minLength: 2, maxLength: 14 },
)

function tell(history: readonly (readonly [EventType, number])[], base: number): DecodedEvent[] {
  let occurredAt = base
  return history.map(([type, stepMs], i) => {
    occurredAt += stepMs
    const told = { ordered: true, occurredAt, key: `${String(i).padStart(2, '0')}:${type}` }
    if (type.startsWith('message.')) return message(type, `M${i}`, { ...told, message: type === 'message.ack' ? { ack: 2 } : {} })
    return event(type, { ...told, ...(type === 'session.disconnected' ? { session: { reason: 'network' as const } } : {}) })
  })
}

async function outcome(name: string) {
  const [row] = await sql`select session_id, status, reason, since, state, tally, pulse, seq from sessions where name = ${name}`
  const transitions =
    await sql`select at, from_status, to_status, reason from transitions where session_id = ${row?.session_id} order by at, event_key collate "C"`
  const fold = thaw(row as unknown as FrozenFold)
  const { head, ...state } = fold.state
  // When it arrived differs between the two, and is meant to.
  const { minute: _minute, count: _count, past: _past, lastOf: _lastOf, lastEventAt: _last, ...tally } = fold.tally
  return { status: row?.status, reason: row?.reason, state: { ...state, head: head && { at: head.at, key: head.key } }, tally, transitions: [...transitions] }
}

let run = 0

describe('the fold', () => {
  test('any permutation, duplication and split into batches ends in the same state with the same transitions', async () => {
    const writer = new Writer(database.write, Date.now)
    await fc.assert(
      fc.asyncProperty(history, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), async (types, random) => {
        run++
        const events = tell(types, Date.now() - 300_000)
        for (const one of events) await writer.append(entry(`in order ${run}`, [one]))
        const [head] = events
        const shuffled = [...events.slice(1), ...events.filter(() => (random.next().value as number) < 0.3)].sort(() => (random.next().value as number) - 0.5)
        // The first event stays first: before it there is no session whose beginning could be compared.
        const deliveries = [head as DecodedEvent, ...shuffled].map((one) => entry(`shuffled ${run}`, [one]))
        await writer.append(deliveries[0] as (typeof deliveries)[0])
        await Promise.all(deliveries.slice(1).map((one) => writer.append(one)))
        expect(await outcome(`shuffled ${run}`)).toEqual(await outcome(`in order ${run}`))
      }),
      { numRuns: 60, verbose: 1 },
    )
  }, 60_000)
})
