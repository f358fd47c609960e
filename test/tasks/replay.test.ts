import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { ensurePartitions, listPartitions } from '../../src/store/partitions'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { dataFolder, task } from './support/task'

let folder: string
let server: TestServer
beforeAll(async () => {
  folder = dataFolder()
  server = await startTestServer({ DATA_DIR: folder })
}, STARTING_MS)
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const replay = (...args: string[]) => task(['replay', ...args], { DATA_DIR: folder, DATABASE_URL: server.database.url })
const typesOf = async (session: string) =>
  (await server.database.read<{ type: string }[]>`select type from events join sessions using (session_id) where name = ${session} order by events.seq`).map(
    ({ type }) => type,
  )

test('what is kept is decoded as this version understands it, and told once, also while the server runs', async () => {
  for (const session of ['shop', 'desk']) expect((await server.post(wwebjsDelivery(SECRET, session, 'ready'))).status).toBe(200)
  // As an older version would have kept them: under the sender's own name.
  await server.database.write`update events set type = 'other'`
  expect(await replay('--session', 'shop')).toMatchObject({ code: 0, out: '1 delivery decoded again: 1 added 1 event, 0 had nothing new\n' })
  expect(await Promise.all([typesOf('shop'), typesOf('desk')])).toEqual([['other', 'session.connected'], ['other']])
  expect((await replay()).out).toBe('2 deliveries decoded again: 1 added 1 event, 1 had nothing new\n')
  expect((await replay()).out).toBe('2 deliveries decoded again: 0 added 0 events, 2 had nothing new\n')
  expect(await typesOf('desk')).toEqual(['other', 'session.connected'])
  // The session was moved by another process meanwhile: the server notices.
  expect((await server.post(wwebjsDelivery(SECRET, 'shop', 'disconnected', 'LOGOUT'))).status).toBe(200)
  expect(await typesOf('shop')).toEqual(['other', 'session.connected', 'session.disconnected'])
}, 60_000)

test('only what arrived in between is decoded again', async () => {
  expect((await replay('--until', '1h')).out).toStartWith('0 deliveries')
  expect((await replay('--since', '1h')).out).toStartWith('3 deliveries')
  expect((await replay('--since', '2001-01-31', '--until', '2001-02-01')).out).toStartWith('0 deliveries')
}, 60_000)

test('so is a long day of which the one before was dropped: no place is made there', async () => {
  const { write } = server.database
  expect((await server.post(wwebjsDelivery(SECRET, 'old', 'ready'))).status).toBe(200)
  const then = Date.now() - 3 * 86_400_000
  await ensurePartitions(write, then, [0])
  // More than are asked for at once, so that they are still being read when the first one is written.
  await write`insert into deliveries (session_id, received_at, id, source_id, path, address, headers, body, scheme)
    select session_id, ${new Date(then)}, gen_random_uuid(), source_id, path, address, headers, body, scheme
    from deliveries cross join generate_series(1, 501) where session_id = (select session_id from sessions where name = 'old')`
  const days = await listPartitions(write)
  expect(await replay('--session', 'old', '--until', '1d')).toMatchObject({
    code: 0,
    out: '501 deliveries decoded again: 501 added 501 events, 0 had nothing new\n',
  })
  expect(await listPartitions(write)).toEqual(days)
}, 60_000)

test('an unknown source and times that cannot be are told in one sentence', async () => {
  expect(await replay('--source', 'nowhere')).toMatchObject({ code: 1, err: 'There is no source "nowhere"\n' })
  expect((await replay('--since', 'soon')).err).toStartWith('--since soon: a date such as')
  expect((await replay('--since', '1h', '--until', '2h')).err).toStartWith('--since is not before --until')
}, 60_000)
