import { afterAll, expect, test } from 'bun:test'
import { freePort } from '../../src/store/free-port'
import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { freshDatabaseUrl } from '../support/database'
import { SECRET, type TestServer } from '../support/server'
import { until } from '../support/until'
import { startLoad } from './load'
import { newDataDir, ServerProcess } from './server-process'
import { expectStoredIn } from './stored'

const data = newDataDir()
afterAll(() => data.remove())

const postTo =
  (server: ServerProcess): TestServer['post'] =>
  ({ session, headers, body }) =>
    fetch(`${server.url}/api/whatsapp/webhook/${session}`, { method: 'POST', headers, body })

const message = (id: string) =>
  wwebjsDelivery(SECRET, 'both', 'message', {
    message: wwebjsMessage({ id, chat: '5511900000000@c.us', fromMe: false, name: 'Ana', text: id, at: Date.now() }, '5511999999999@c.us'),
  })

/** The same deliveries at both at once. @returns how often each was told to be new. */
async function postToBoth(posts: TestServer['post'][], ids: string[]): Promise<number[]> {
  return Promise.all(
    ids.map(async (id) => {
      const delivery = message(id)
      const answers = await Promise.all(posts.map(async (post) => (await (await post(delivery)).json()) as { duplicate: boolean }))
      return answers.filter(({ duplicate }) => !duplicate).length
    }),
  )
}

test('two servers on one database share its sessions, and when one is killed nothing acknowledged is lost, nothing is there twice', async () => {
  const url = await freshDatabaseUrl()
  const env = { DATABASE_URL: url, DATA_DIR: data.path }
  const first = await ServerProcess.start(await freePort(), env)
  const second = await ServerProcess.start(await freePort(), env)
  const posts = [postTo(first), postTo(second)]
  let turn = 0
  // One post to the one, the next to the other: every session is written by both.
  const load = startLoad((delivery) => (posts[turn++ % 2] as TestServer['post'])(delivery), 16, 1)
  await load.more(300)
  const ids = Array.from({ length: 20 }, (_, nth) => `BOTH${nth}`)
  expect(await postToBoth(posts, ids)).toEqual(ids.map(() => 1))
  const before = load.acknowledged.length
  await first.end('SIGKILL')
  await load.more(200)
  await load.stop()
  expect(before).toBeGreaterThan(300)
  expect([...load.statuses.keys()].toSorted()).toEqual([0, 200])
  // What the killed one left in its journal, should it have had one, the other takes over.
  await until(async () => (await second.journal()) === 0, 'no journal', 40_000)
  expect(await second.end('SIGTERM')).toBe(0)
  await expectStoredIn(url, load.acknowledged)
}, 90_000)
