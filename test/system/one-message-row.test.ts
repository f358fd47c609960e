import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Dialect } from '../../src/tasks/simulate/happening'
import { DIALECTS } from '../../src/tasks/simulate/play'
import { KEY } from '../support/life'
import { retold } from '../support/recorded'
import { STARTING_MS, startTestServer, type TestServer } from '../support/server'

/** What senders tell of one message in several posts, as recorded: the posts in the order in which they leave the sender. */
interface Retelling {
  what: string
  provider: string
  /** Under test/fixtures; the provider's own unless it is another. */
  folder?: string
  posts: string[]
  row: { id: string; text?: RegExp; from_me?: boolean; media?: RegExp }
}

const RETELLINGS: Retelling[] = [
  {
    what: "wwebjs-api's message_create and message",
    provider: 'wwebjs-api',
    posts: ['message_create', 'message'],
    row: { id: '522622374B4811FA75D1AAD0A46F43AE', text: /^mensagem de teste 1$/, from_me: false },
  },
  {
    what: "wwebjs-api's message_create, message and media of one picture",
    provider: 'wwebjs-api',
    posts: ['message_create.image', 'message.image', 'media'],
    row: { id: '2A1D13BE1310A09D479F90C744AA1E8A', from_me: false, media: /image\/jpeg/ },
  },
  {
    what: "whatsapp-api's message_create, message and media of one picture",
    provider: 'wwebjs-api',
    folder: 'whatsapp-api',
    posts: ['message_create.image', 'message.image', 'media'],
    row: { id: '3E7FFE78CE7D58A46F81A70628BC8128', from_me: false, media: /image\/jpeg/ },
  },
  {
    what: "WAHA's message and message.any, which share their envelope's id",
    provider: 'waha',
    posts: ['pair-same-id.message', 'pair-same-id.message.any'],
    row: { id: '610B976A2BD073BDD7EEC69BB0D8EA04', text: /#4821 🙏$/, from_me: false },
  },
  {
    what: "WAHA's both, through the global and the session's webhook",
    provider: 'waha',
    posts: ['pair-same-id.message', 'pair-same-id.message.any', 'pair-same-id.message', 'pair-same-id.message.any'],
    row: { id: '610B976A2BD073BDD7EEC69BB0D8EA04', from_me: false },
  },
  {
    what: "Evolution's messages.upsert, through the global and the instance's webhook",
    provider: 'evolution-api',
    posts: ['messages.upsert', 'messages.upsert'],
    row: { id: '3A5C0FD1E2B3C4D5E6F7', text: /^Olá, tudo bem\?$/, from_me: false },
  },
  {
    what: "Evolution's send.message and messages.upsert of an own message",
    provider: 'evolution-api',
    posts: ['send.message', 'messages.upsert.fromMe'],
    row: { id: '3EB0A1B2C3D4E5F60718', from_me: true },
  },
  {
    what: "open-wa's onMessage and onAnyMessage",
    provider: 'open-wa-v4',
    posts: ['onMessage', 'onAnyMessage'],
    // The recorded two contradict each other about whose it is.
    row: { id: '3EB0C767D71D4F0E1A2B', text: /^Olá$/ },
  },
  {
    what: "wuzapi's Message, through the global and the user's webhook",
    provider: 'wuzapi',
    posts: ['Message', 'Message'],
    row: { id: '3EB0C127D7BACC83D6A1', from_me: false },
  },
]

const SENDERS_SECRET = 'a-secret-of-all-those-senders'
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ API_KEY: KEY })
  for (const provider of new Set(RETELLINGS.map((one) => one.provider))) {
    const source = { slug: provider, label: provider, provider, secret: SENDERS_SECRET }
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json' }
    const made = await fetch(`${server.url}/api/v1/sources`, { method: 'POST', headers, body: JSON.stringify(source) })
    if (!made.ok) throw new Error(`${provider}: ${await made.text()}`)
  }
}, STARTING_MS)
afterAll(() => server.stop())

describe('one message told in several posts is one row', () => {
  test.each(RETELLINGS)('$what', async (retelling) => {
    const deliveries = await deliveriesOf(retelling)
    const inOrder = [...deliveries.keys()]
    // Senders post at once and wait for nobody, so that any order arrives.
    const orders = { ordered: inOrder, reversed: inOrder.toReversed() }
    for (const [name, order] of Object.entries(orders)) {
      const session = `${retelling.what}, ${name}`
      for (const nth of order) expect(await post(retelling, session, deliveries[nth] as Delivery)).toBe(200)
      await expectOneRow(session, retelling)
    }
    const session = `${retelling.what}, together`
    expect(await Promise.all(deliveries.map((delivery) => post(retelling, session, delivery)))).toEqual(deliveries.map(() => 200))
    await expectOneRow(session, retelling)
  })
})

type Delivery = Awaited<ReturnType<typeof retold>>

function deliveriesOf({ provider, folder = provider, posts }: Retelling): Promise<Delivery[]> {
  const dialect = DIALECTS.find((one) => one.id === provider) as Dialect
  return Promise.all(posts.map((sample) => retold(dialect, folder, sample, [], SENDERS_SECRET)))
}

async function post({ provider }: Retelling, session: string, { headers, body }: Delivery): Promise<number> {
  const answer = await fetch(`${server.url}/api/whatsapp/${provider}/webhook/${encodeURIComponent(session)}`, { method: 'POST', headers, body })
  await answer.arrayBuffer()
  return answer.status
}

interface Row {
  id: string
  text: string | null
  from_me: boolean | null
  media: string | null
}

async function expectOneRow(session: string, { row }: Retelling): Promise<void> {
  const rows = await server.database.read<Row[]>`
    select m.id, m.text, m.from_me, m.media from messages m join sessions s using (session_id) where s.name = ${session}`
  expect([session, rows.map(({ id }) => id)]).toEqual([session, [row.id]])
  const only = rows[0] as Row
  if (row.from_me !== undefined) expect(only.from_me).toBe(row.from_me)
  if (row.text) expect(only.text).toMatch(row.text)
  if (row.media) expect(only.media).toMatch(row.media)
}
