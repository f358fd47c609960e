/** What retention drops stays in the sessions: base and ledger together give what the whole ledger gave. */
import { afterAll, describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { createFoldAway } from '../../src/ingest/fold-away'
import { sessionAsOf } from '../../src/ingest/look-back'
import { rebuild } from '../../src/ingest/rebuild'
import { Writer } from '../../src/ingest/writer'
import { applyRetention } from '../../src/jobs/apply-retention'
import { rollUpMinutes } from '../../src/jobs/roll-up-minutes'
import { ensurePartitions, listPartitions, partitionName } from '../../src/store/partitions'
import { listLedgerSessions } from '../../src/store/rebuild'
import { freshDatabase } from '../support/database'
import { ALLOWANCES, entry, event, message, TEST_SOURCE } from '../support/entries'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const TODAY = Math.floor(Date.now() / DAY) * DAY
/** The first day is dropped, the others stay. */
const [FIRST, SECOND, THIRD] = [TODAY - 3 * DAY, TODAY - 2 * DAY, TODAY - DAY] as const

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())
await sql`insert into sources (id, slug, label, provider, created_at) values (${TEST_SOURCE}, 'shop', 'Shop', 'signed', now())`
await ensurePartitions(sql, FIRST)

const writer = new Writer(database.write, Date.now)
const tell = (name: string, at: number, ...events: DecodedEvent[]) => writer.append(entry(name, events, at))
/** Told with a time of its own, so that it may come late. */
const late = (name: string, at: number, receivedAt: number, told: DecodedEvent) => tell(name, receivedAt, { ...told, ordered: true, occurredAt: at })
const account = (name?: string) => ({ session: { account: { id: '1@c.us', ...(name && { name }) } } })
const down = event('session.disconnected', { session: { reason: 'network' } })

/** Changes on every day; one event of the first day arrives on the second. */
await tell('busy', FIRST + HOUR, event('session.qr', { session: { qr: '2@a' } }))
await tell('busy', FIRST + 2 * HOUR, event('session.connected', account()))
await tell('busy', FIRST + 3 * HOUR, message('message.received', 'B1'), message('message.created', 'B2', { message: { fromMe: true } }))
await late('busy', SECOND - 2_000, SECOND - 1_000, event('session.connected'))
await late('busy', SECOND - 5_000, SECOND + 1_000, event('session.connected', account('Shop')))
await tell('busy', SECOND + HOUR, down)
await tell('busy', THIRD + HOUR, event('session.connected'), message('message.received', 'B3'))
/** Things that began on the first day and went on on the second, or were old when they were told. */
const call = (type: 'call.received' | 'call.ended') => ({ ...event(type), call: { id: 'C1', from: '1@c.us' } })
await tell('busy', SECOND - 60_000, call('call.received'), message('message.created', 'B4', { message: { fromMe: true } }))
await tell('busy', SECOND + 3_000, call('call.ended'), message('message.ack', 'B4', { message: { ack: 3 } }))
await tell('busy', SECOND + 4_000, message('message.reaction', 'B4', { message: { reaction: { text: '👍', sender: '1@c.us' } } }))
await tell('busy', SECOND + 5_000, message('message.received', 'B5', { message: { sentAt: FIRST - 100 * DAY } }))
/** Connected on the first day, and then told more of, which is no transition; on the others nothing but messages. */
await tell('steady', FIRST + HOUR, event('session.connected', account()))
await tell('steady', FIRST + 2 * HOUR, event('session.connected', account('Corner shop')))
await tell('steady', FIRST + 3 * HOUR, message('message.received', 'S1'))
await tell('steady', THIRD + 2 * HOUR, message('message.received', 'S2'))
/** Told again days later, as Meta does for a week: what happened before the last of the first day. */
await tell('repeated', FIRST + 3 * HOUR, event('session.connected', account()))
await late('repeated', FIRST + 2 * HOUR, THIRD + 5 * HOUR, event('session.connected', account('Night shop')))
/** Nothing of it is left. */
await tell('gone', FIRST + HOUR, event('session.connected', account('Old shop')), message('message.received', 'G1'))
await tell('gone', FIRST + 5 * HOUR, event('session.disconnected', { session: { reason: 'logged_out' } }))
await rollUpMinutes({ sql, now: () => TODAY })

const foldAway = createFoldAway(sql)
const retain = (now: number) => applyRetention({ sql, retentionBodiesMs: DAY, retentionEventsMs: 2 * DAY, now: () => now, foldAway })
const folds = async () => (await listLedgerSessions(sql)).map(({ name, seq, state, tally }) => ({ name, seq, state, tally }))
const fold = async (name: string) => (await folds()).find((one) => one.name === name)
const differences = async () => (await rebuild(sql, { repair: false })).differences
const lookBack = (name: string, at: number) => sessionAsOf(sql, 'shop', name, ALLOWANCES, at)
const MOMENTS = ['busy', 'steady', 'gone'].flatMap((name) => [SECOND + 2 * HOUR, THIRD + 3 * HOUR].map((at) => [name, at] as const))
const past = () => Promise.all(MOMENTS.map(async ([name, at]) => ({ name, at, was: await lookBack(name, at) })))

const whole = { folds: await folds(), past: await past(), differences: await differences() }

describe('after retention', () => {
  test('every session is what it was, with all that was ever counted, also when a run was cut off half-way', async () => {
    expect(whole.differences).toEqual([])
    const partition = partitionName('events', FIRST)
    await foldAway(FIRST, partition)
    // In the middle of a day, of which the events before that hour stay.
    await retain(TODAY + 9 * HOUR)
    expect((await listPartitions(sql)).map(({ name }) => name)).not.toContain(partition)
    expect((await sql`select 1 from events where received_at < ${new Date(SECOND)}`).length).toBe(0)
    expect(await folds()).toEqual(whole.folds)
  })

  test('base and ledger fold to the same, though events of the dropped day came on the next one, or the one after', async () => {
    expect(await differences()).toEqual([])
  })

  test('a repair mends what the ledger tells, and leaves alone what it tells the end of', async () => {
    await sql`update messages set chat = null where id = 'B3'`
    expect((await rebuild(sql, { repair: true })).differences).toEqual(['messages: 1 rows differ'])
    expect(await differences()).toEqual([])
    expect(await sql`select started_at as at, caller from calls`).toEqual([{ at: new Date(SECOND - 60_000), caller: '1@c.us' }] as never)
  })

  test('looking back shows the same as before, and nothing where nothing is known any more', async () => {
    expect(await past()).toEqual(whole.past)
    expect(await lookBack('busy', FIRST + 90 * 60_000)).toBeUndefined()
  })

  test('a late event from before the cut is counted, and moves nothing', async () => {
    const before = await fold('busy')
    await late('busy', SECOND - HOUR, TODAY, event('session.auth_failure'))
    const after = await fold('busy')
    expect(after?.tally.events).toBe((before?.tally.events as number) + 1)
    expect(after?.state).toEqual({ ...before?.state, heardAt: after?.state.heardAt } as never)
    expect(await differences()).toEqual([])
  })

  test('a late event from after it is put in its place, upon all that the dropped day had told', async () => {
    await late('steady', THIRD + HOUR, TODAY + 1_000, down)
    const { state } = (await fold('steady')) ?? {}
    expect(state).toMatchObject({ status: 'connected', connectedAt: THIRD + 2 * HOUR, account: { id: '1@c.us', name: 'Corner shop' }, connects: 2 })
    expect(await lookBack('steady', THIRD + HOUR)).toMatchObject({ status: 'disconnected', reason: 'network', account: { name: 'Corner shop' } })
    expect(await differences()).toEqual([])
  })

  test('a session of which the ledger has nothing left goes on from where it was', async () => {
    await tell('gone', TODAY + 2_000, event('session.connected'))
    expect(await fold('gone')).toMatchObject({
      seq: 4,
      state: { status: 'connected', connects: 2, account: { name: 'Old shop' } },
      tally: { messagesReceived: 1 },
    })
    expect(await differences()).toEqual([])
  })

  test('the next day is put on top of it', async () => {
    await rollUpMinutes({ sql, now: () => TODAY + HOUR })
    const before = await folds()
    await retain(TODAY + DAY + 9 * HOUR)
    expect((await sql`select 1 from events where received_at < ${new Date(THIRD)}`).length).toBe(0)
    expect(await folds()).toEqual(before)
    expect(await differences()).toEqual([])
  })
})
