import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { rebuild } from '../../src/ingest/rebuild'
import { Writer } from '../../src/ingest/writer'
import { rollUpMinutes } from '../../src/jobs/roll-up-minutes'
import { freshDatabase } from '../support/database'
import { entry, event, message } from '../support/entries'

const database = await freshDatabase()
const sql = database.read
const writer = new Writer(database.write, Date.now)
afterAll(() => database.close())

async function fillLedger(): Promise<void> {
  const random = fc.sample(fc.nat({ max: 1_000_000 }), { numRuns: 600, seed: 7 })
  const work = random.map((n, i) => {
    const id = `M${n % 90}`
    const told = { key: `${i}`, ordered: n % 3 === 0, occurredAt: Date.now() - (n % 600_000) }
    const kinds = [
      () => message('message.received', id, { ...told, message: { sentAt: Date.now() - n, text: `text ${n % 4}` } }),
      () => message('message.ack', id, { ...told, message: { ack: ((n % 6) - 1) as 0 } }),
      () => message('message.edited', id, { ...told, message: { text: `edit ${n}` } }),
      () => message('message.reaction', id, { ...told, message: { reaction: { text: n % 2 ? '👍' : '', sender: `${n % 3}@c.us` } } }),
      () => message('message.media', id, { ...told, message: { media: { mimetype: 'image/png', bytes: n % 5 } } }),
      () => ({ ...event(n % 2 ? 'call.received' : 'call.accepted', told), call: { id: `C${n % 9}`, video: n % 2 === 0 } }),
      () => event('session.connected', { ...told, session: { account: { id: '1@c.us', name: 'Shop' } } }),
      () => event('session.qr', { ...told, session: { qr: `2@${n}` } }),
      () => event('session.disconnected', { ...told, session: { reason: 'network' as const } }),
    ]
    return writer.append(entry(`session ${n % 7}`, [(kinds[n % kinds.length] as (typeof kinds)[0])()]))
  })
  await Promise.all(work)
}

test('the projections equal the fold of the ledger, and a damaged one is found and mended', async () => {
  await fillLedger()
  await rollUpMinutes({ sql, now: () => Date.now() + 600_000 })
  const whole = await rebuild(database.read, { repair: false })
  expect(whole).toMatchObject({ sessions: 7, events: 600, differences: [] })

  await sql`update sessions set state = jsonb_set(state::jsonb, '{status}', '"authenticated"')::json where name = 'session 3'`
  await sql`delete from transitions where ctid = (select min(ctid) from transitions)`
  await sql`update messages set kind = 'damaged' where ctid = (select min(ctid) from messages)`
  await sql`update rollups set count = count + 1 where ctid = (select min(ctid) from rollups)`
  const damaged = await rebuild(database.read, { repair: true })
  expect(damaged.differences.some((line) => line.includes('session 3') && line.includes('state.status'))).toBe(true)
  expect(damaged.differences.some((line) => line.startsWith('messages: '))).toBe(true)
  expect(damaged.differences.some((line) => line.startsWith('rollups: '))).toBe(true)

  const mended = await rebuild(database.read, { repair: false })
  expect(mended.differences).toEqual([])
})
