import { afterAll, expect, test } from 'bun:test'
import { type Bus, type Change, createBus, mergeChanges } from '../../src/live/bus'
import { connect } from '../../src/store/database'
import { freshDatabaseUrl } from '../support/database'

const url = await freshDatabaseUrl()
const clients = [connect(url, 1), connect(url, 1), connect(url, 2)] as const
const admin = clients[2]
const buses: Bus[] = []
afterAll(async () => {
  for (const bus of buses) await bus.close()
  for (const client of clients) await client.end({ timeout: 1 })
})

async function join(client: (typeof clients)[number]): Promise<{ bus: Bus; heard: Change[]; next(): Promise<Change> }> {
  const bus = await createBus(client)
  buses.push(bus)
  const heard: Change[] = []
  let wake = () => {}
  bus.subscribe((change) => {
    heard.push(change)
    wake()
  })
  return {
    bus,
    heard,
    async next() {
      while (heard.length === 0) await new Promise<void>((done) => (wake = done))
      return heard.shift() as Change
    },
  }
}

const a = await join(clients[0])
const b = await join(clients[1])

test('a change is told to the own process at once, and to the others through the database', async () => {
  a.bus.publish({ sessions: ['s1'], statusChanged: true })
  expect(a.heard.splice(0)).toEqual([{ sessions: ['s1'], statusChanged: true }])
  expect(await b.next()).toMatchObject({ sessions: ['s1'], statusChanged: true })
})

test('many changes are told to the others as one', async () => {
  for (let i = 0; i < 100; i++) a.bus.publish({ sessions: [`m${i % 10}`], statusChanged: i === 50 })
  const told = await b.next()
  expect(told.sessions?.length).toBe(10)
  expect(told.statusChanged).toBe(true)
  expect(a.heard.splice(0).length).toBe(100)
  expect(b.heard).toEqual([])
})

test('the earliest arrival is told of what is told as one, and none where nothing arrived', async () => {
  for (const arrivedFrom of [3_000, 1_000, 2_000]) a.bus.publish({ sessions: ['s1'], statusChanged: false, arrivedFrom })
  a.bus.publish({ sessions: [], statusChanged: false })
  a.heard.splice(0)
  expect(await b.next()).toMatchObject({ sessions: ['s1'], arrivedFrom: 1_000 })
  expect(mergeChanges({ sessions: [], statusChanged: false }, { sessions: [], statusChanged: false })).toEqual({ sessions: [], statusChanged: false })
})

test('too many sessions to name are told as "many", never as a payload that Postgres refuses', async () => {
  for (let i = 0; i < 5_000; i++) a.bus.publish({ sessions: [Bun.randomUUIDv7()], statusChanged: false })
  a.heard.splice(0)
  expect((await b.next()).sessions).toBeNull()
})

test('what others say on the channel is passed over', async () => {
  await admin.notify('linekeeper', 'not ours')
  a.bus.publish({ sessions: ['after'], statusChanged: false })
  expect((await b.next()).sessions).toEqual(['after'])
})

test('after its connection was cut a process listens again, and takes everything for moved', async () => {
  a.heard.splice(0)
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and pid <> pg_backend_pid()`
  expect((await b.next()).sessions).toBeNull()
  expect((await a.next()).sessions).toBeNull()
  a.bus.publish({ sessions: ['again'], statusChanged: false })
  let told: Change
  do told = await b.next()
  while (told.sessions === null)
  expect(told.sessions).toEqual(['again'])
})

test('two changes merge into what both say', () => {
  expect(mergeChanges({ sessions: ['a'], statusChanged: false }, { sessions: ['a', 'b'], statusChanged: true })).toEqual({
    sessions: ['a', 'b'],
    statusChanged: true,
  })
  expect(mergeChanges({ sessions: null, statusChanged: false }, { sessions: ['b'], statusChanged: false })).toEqual({ sessions: null, statusChanged: false })
})
