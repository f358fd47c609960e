/** Promise 2: the status is the fold of the ledger, whatever the order, the duplication and the batches. */
import { afterAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { DecodedEvent, EventType, SessionFacts } from '../../src/domain/event'
import { EVIDENCE_GRACE_MS } from '../../src/domain/transition'
import type { Entry } from '../../src/ingest/batch'
import { rebuild } from '../../src/ingest/rebuild'
import { Writer } from '../../src/ingest/writer'
import { waha } from '../../src/providers/waha'
import { type FrozenFold, thaw } from '../../src/store/session-pulse'
import { FUZZ_WITHIN_MS, runs } from '../fuzz/support'
import { deliveryOf } from '../providers/samples'
import { freshDatabase } from '../support/database'
import { entry, event, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

/** State events with all that they may carry, and what proves a connection. */
const TOLD: readonly [EventType, SessionFacts?][] = [
  ['session.qr', { qr: '2@first' }],
  ['session.qr', { qr: '2@second' }],
  ['session.pairing_code', { pairingCode: 'ABCD-1234' }],
  ['session.loading', { percent: 40, message: 'WhatsApp' }],
  ['session.authenticated'],
  ['session.connected', { account: { id: '1@c.us', name: 'Shop' } }],
  ['session.connected', { account: { id: '1@c.us' } }],
  ['session.connected'],
  ['session.connecting'],
  ['session.state', { detail: 'Passkey required' }],
  ['session.state', { status: 'connected', detail: 'CONNECTED' }],
  ['session.disconnected', { reason: 'network', detail: 'PROXYBLOCK' }],
  ['session.disconnected'],
  ['session.auth_failure', { reason: 'banned' }],
  ['message.received'],
  ['message.created'],
  ['message.ack'],
  ['call.received'],
  ['presence.update'],
  ['group.join'],
  ['other'],
]
/** Equal times, inside the grace of a signal, exactly its end, beyond it. */
const STEPS_MS = [0, 1, 4_000, EVIDENCE_GRACE_MS, 12_000]

const history = fc.array(fc.tuple(fc.constantFrom(...TOLD), fc.constantFrom(...STEPS_MS)), { minLength: 2, maxLength: 16 })

/** A history with times of its own (as WAHA's). */
function tell(history: readonly (readonly [(typeof TOLD)[number], number])[], base: number): DecodedEvent[] {
  let occurredAt = base
  return history.map(([[type, session], stepMs], i) => {
    occurredAt += stepMs
    const told = { ordered: true, occurredAt, key: `${String(i).padStart(2, '0')}:${type}` }
    if (type.startsWith('message.'))
      return message(type, `M${i}`, { ...told, message: { fromMe: type === 'message.created', ...(type === 'message.ack' ? { ack: 2 } : {}) } })
    if (type.startsWith('call.')) return event(type, { ...told, call: { id: `C${i}` } })
    return event(type, { ...told, ...(session ? { session } : {}) })
  })
}

async function outcome(name: string) {
  const [row] = await sql`select session_id, status, reason, since, account_id, account_name, state, tally, pulse, seq from sessions where name = ${name}`
  const transitions = await sql`
    select at, event_key, from_status, to_status, reason, detail from transitions where session_id = ${row?.session_id} order by at, event_key collate "C"`
  const fold = thaw(row as unknown as FrozenFold)
  const { head, ...state } = fold.state
  // When it arrived differs between the two, and is meant to.
  const { minute: _minute, count: _count, past: _past, lastOf: _lastOf, lastEventAt: _last, ...tally } = fold.tally
  const account = [row?.account_id, row?.account_name]
  return {
    status: row?.status,
    reason: row?.reason,
    account,
    state: { ...state, head: head && { at: head.at, key: head.key } },
    tally,
    transitions: [...transitions],
  }
}

/** How deliveries arrive: how many events share one, which wait for each other, which come twice, who writes them. */
interface Course {
  shuffle: readonly number[]
  doubled: readonly boolean[]
  together: number
  batch: number
  writers: number
}

const course: fc.Arbitrary<Course> = fc.record({
  shuffle: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  doubled: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
  together: fc.integer({ min: 1, max: 4 }),
  batch: fc.integer({ min: 1, max: 9 }),
  writers: fc.integer({ min: 1, max: 2 }),
})

/** Duplicates some, shuffles all, puts several into one delivery. */
function arrivals(name: string, events: readonly DecodedEvent[], { shuffle, doubled, together }: Course): Entry[] {
  const all = [...events, ...events.filter((_, i) => doubled[i])].map((one, i) => ({ one, at: shuffle[i] as number }))
  const waiting = all.sort((a, b) => a.at - b.at).map(({ one }) => one)
  const deliveries: Entry[] = []
  while (waiting.length > 0) deliveries.push(entry(name, distinct(waiting.splice(0, together))))
  return deliveries
}

/** One delivery never tells of the same happening twice. */
function distinct(events: DecodedEvent[]): DecodedEvent[] {
  return [...new Map(events.map((one) => [one.key, one])).values()]
}

/** Several processes, each with what it remembers of the sessions; what is in one batch is under way at once. */
async function write(deliveries: readonly Entry[], { batch, writers }: Course): Promise<void> {
  const processes = Array.from({ length: writers }, () => new Writer(database.write, Date.now))
  for (let from = 0; from < deliveries.length; from += batch) {
    await Promise.all(deliveries.slice(from, from + batch).map((one, i) => (processes[i % writers] as Writer).append(one)))
  }
  await Promise.all(processes.map((process) => process.close()))
}

function shuffled(deliveries: readonly Entry[], { shuffle }: Course): Entry[] {
  const placed = deliveries.map((one, i) => ({ one, at: shuffle[i] as number }))
  return placed.sort((a, b) => a.at - b.at).map(({ one }) => one)
}

const inOrder: Course = { shuffle: [], doubled: [], together: 1, batch: 1, writers: 1 }
let run = 0

describe('the fold', () => {
  test(
    'any permutation, duplication and split into deliveries, batches and processes ends in the same state with the same transitions',
    async () => {
      await fc.assert(
        fc.asyncProperty(history, course, async (told, how) => {
          run++
          const events = tell(told, Date.now() - 300_000)
          // The first event stays first: before it there is no session whose beginning could be compared.
          const [first, ...rest] = events
          // And it comes at the same moment: a session that nothing ever moved is new since then.
          const began = Date.now()
          const begin = (name: string) => entry(name, [first as DecodedEvent], began)
          await write([begin(`in order ${run}`), ...rest.map((one) => entry(`in order ${run}`, [one]))], inOrder)
          await write([begin(`shuffled ${run}`)], inOrder)
          await write(arrivals(`shuffled ${run}`, events, how), how)
          expect(await outcome(`shuffled ${run}`)).toEqual(await outcome(`in order ${run}`))
        }),
        runs(25),
      )
    },
    FUZZ_WITHIN_MS,
  )

  test(
    "WAHA's lists of statuses fill in what never came, in any order, with account and details",
    async () => {
      const status = fc.constantFrom('STARTING', 'SCAN_QR_CODE', 'WORKING', 'FAILED', 'STOPPED')
      const life = fc.array(fc.tuple(status, fc.constantFrom(700, 4_000, 15_000)), { minLength: 3, maxLength: 9 })
      await fc.assert(
        fc.asyncProperty(life, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), course, async (told, missing, how) => {
          run++
          const deliveries = liveAs(told, Date.now() - 600_000)
          await write(
            deliveries.map((events) => entry(`told ${run}`, events)),
            inOrder,
          )
          // Each is listed by its own delivery and by the two that follow: of two neighbours one may be missing. Whose account it
          // was is told no more once there is another QR code.
          const isLast = (i: number) => i === told.length - 1 || told[i + 1]?.[0] === 'SCAN_QR_CODE'
          const kept = deliveries.filter((_, i) => i === 0 || isLast(i) || !missing[i] || missing[i - 1])
          const [first, ...rest] = kept.map((events) => entry(`filled ${run}`, events))
          await write([first as Entry], inOrder)
          await write(shuffled(rest, how), how)
          const [first2, ...rest2] = deliveries.map((events) => entry(`late ${run}`, events))
          await write([first2 as Entry], inOrder)
          await write(shuffled(rest2, how), how)
          expect(await outcome(`late ${run}`)).toEqual(await outcome(`told ${run}`))
          // How many events it took is another matter.
          const { tally: _all, ...whole } = await outcome(`told ${run}`)
          const { tally: _some, ...filled } = await outcome(`filled ${run}`)
          expect(filled).toEqual(whole)
        }),
        runs(15),
      )
    },
    FUZZ_WITHIN_MS,
  )

  test(
    'a message proves a connection, whatever is claimed, once it cannot have been on its way before',
    async () => {
      const claims = fc.constantFrom<EventType>('session.qr', 'session.loading', 'session.connecting', 'session.disconnected', 'session.auth_failure')
      const evidence = fc.constantFrom<EventType>('message.received', 'message.created', 'message.ack', 'call.received', 'presence.update')
      await fc.assert(
        fc.asyncProperty(claims, evidence, fc.integer({ min: -2, max: 2 }), async (claim, proof, aroundMs) => {
          run++
          const at = Date.now() - 100_000
          const [later] = tell([[[proof], 0]], at + EVIDENCE_GRACE_MS + aroundMs)
          const claimed = event(claim, { ordered: true, occurredAt: at, key: 'claim' })
          await write([entry(`proved ${run}`, [claimed]), entry(`proved ${run}`, [later as DecodedEvent])], inOrder)
          const { status, transitions } = await outcome(`proved ${run}`)
          expect(status === 'connected').toBe(aroundMs >= 0)
          expect(transitions.length).toBe(aroundMs >= 0 ? 2 : 1)
        }),
        runs(40),
      )
    },
    FUZZ_WITHIN_MS,
  )

  test('after all that a rebuild finds no difference', async () => {
    expect((await rebuild(sql, { repair: false })).differences).toEqual([])
  })
})

/** What WAHA posts over such a life: each time the last three statuses, and whose account it is once somebody has paired. */
function liveAs(told: readonly (readonly [string, number])[], base: number): DecodedEvent[][] {
  const statuses: { status: string; timestamp: number }[] = []
  let timestamp = base
  let account = 0
  return told.map(([status, stepMs]) => {
    timestamp += stepMs
    // Whoever scans may be somebody else.
    if (status === 'SCAN_QR_CODE') account++
    statuses.push({ status, timestamp })
    const isPaired = status !== 'SCAN_QR_CODE' && statuses.some((one) => one.status === 'WORKING')
    const me = isPaired ? { id: `${account}@c.us`, pushName: 'Loja' } : null
    const body = {
      id: `evt_${timestamp}`,
      timestamp,
      event: 'session.status',
      session: 'x',
      engine: 'GOWS',
      me,
      payload: { name: 'x', status, statuses: statuses.slice(-3) },
    }
    const decoded = waha.decode(deliveryOf(''), body)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.parts.flatMap((part) => part.events)
  })
}
