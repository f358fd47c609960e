import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { loadConfig } from '../../src/config'
import { createArrivals } from '../../src/ingest/arrival'
import { createIngest } from '../../src/ingest/ingest'
import { WRITER_LIMITS, Writer } from '../../src/ingest/writer'
import { createBus } from '../../src/live/bus'
import { findProvider, PROVIDERS } from '../../src/providers'
import { openDatabase } from '../../src/store/database'
import { SourceBook } from '../../src/store/source-book'
import { createSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { createLogger } from '../../src/telemetry/logger'
import { createMetrics } from '../../src/telemetry/metrics'
import { createReport } from '../../src/telemetry/report'
import { BodyReader } from '../../src/web/body'
import { WebhookLimits, type WebhookRates } from '../../src/web/webhook-limits'
import { webhooks } from '../../src/web/webhooks'
import { newDataDir } from '../faults/server-process'
import { freshDatabaseUrl } from '../support/database'
import { play } from '../support/play'
import { PostgresGate } from '../support/postgres-gate'
import { SENDERS, type Sender } from '../support/senders'
import { until } from '../support/until'

/**
 * What becomes of a genuine delivery under every sender's own rule of posting again. The answers are ours, from the real doors
 * on a real database; the senders' clocks run as fast as the test does.
 */

const SECRET = 'the secret of all senders here'
const LIMIT_BYTES = 64 * 1024
const GENEROUS: WebhookRates = { source: 10_000, session: 10_000, address: 100_000 }

const KNOWN = SENDERS.filter((sender) => findProvider(sender.id))
const url = await freshDatabaseUrl()
const gate = await PostgresGate.before(url)
const direct = await openDatabase(url, { write: 1, read: 1 })
const database = await openDatabase(gate.through(url), { write: 2, read: 2 })
const vault = new Vault(new Uint8Array(32))
let clock = Date.now()
const now = () => clock
for (const { id, schemes } of KNOWN) {
  await createSource(direct.write, vault, { slug: id, label: id, provider: id, schemes: [...schemes] }, now(), SECRET)
}
const sources = await SourceBook.load(direct.write, vault, now)
const bus = await createBus(direct.bus)
const failures: unknown[] = []
const failed = (cause: unknown) => void failures.push(cause)
const data = newDataDir()
const config = loadConfig({ DATA_DIR: data.path })
const ingest = createIngest({ config, database, sources, vault, metrics: createMetrics(), bus, failed })
const shelter = await ingest.openJournal(createReport(createLogger('silent'), { capture() {}, async close() {} }))
const full = new Writer(database.write, now, {}, { ...WRITER_LIMITS, backlogEntries: 0 })

afterAll(async () => {
  await full.close()
  await ingest.close()
  await bus.close()
  await sources.close()
  await database.close()
  await gate.shut()
  await direct.close()
  data.remove()
})

function doors(options: { rates?: WebhookRates; windowS?: number; writer?: Writer } = {}) {
  return webhooks({
    ...ingest.receiving,
    ...(options.writer && { writer: options.writer }),
    now,
    arrival: createArrivals(now),
    findSource: (slug) => sources.find(slug),
    bodies: new BodyReader({ each: LIMIT_BYTES, together: 8 << 20 }),
    limits: new WebhookLimits(options.rates ?? GENEROUS, options.windowS),
    clientAddress: () => '192.0.2.1',
    answered() {},
    failed,
  })
}

const ordinary = doors()

async function ask(app: ReturnType<typeof doors>, sender: Sender, body: string, first = clock): Promise<{ status: number; duplicate?: boolean }> {
  const request = new Request(`http://localhost/api/whatsapp/${sender.id}/webhook/main`, {
    method: 'POST',
    body,
    headers: { 'content-length': String(Buffer.byteLength(body)), ...sender.headers(body, SECRET, clock, first) },
  })
  const response = await app.handle(request)
  return { ...((await response.json()) as { duplicate?: boolean }), status: response.status }
}

const post = async (...posted: Parameters<typeof ask>) => (await ask(...posted)).status

/** Plays it to its end: the first attempt at one set of doors, the others at another; time passes on the test's clock. */
function deliver(sender: Sender, body: string, first: ReturnType<typeof doors>, then = first) {
  const begun = clock
  return play(
    sender,
    (attempt) => post(attempt === 0 ? first : then, sender, body, begun),
    (ms) => void (clock += ms),
  )
}

async function storedOf(sender: Sender, id: string): Promise<number> {
  const [row] = await direct.read<{ n: number }[]>`
    select ((select count(*) from deliveries d join sources s on s.id = d.source_id where s.slug = ${sender.id} and position(convert_to(${id}, 'UTF8') in d.body) > 0)
      + (select count(*) from quarantine q join sources s on s.id = q.source_id where s.slug = ${sender.id} and position(convert_to(${id}, 'UTF8') in q.body) > 0))::int as n`
  return row?.n ?? 0
}

/** Events of the ledger about a message with this id. */
async function toldOf(sender: Sender, id: string): Promise<number> {
  const [row] = await direct.read<{ n: number }[]>`
    select count(*)::int as n from events e join sources s on s.id = e.source_id where s.slug = ${sender.id} and e.message_id like ${`%${id}%`}`
  return row?.n ?? 0
}

test('every provider has its sender here', () => {
  expect(PROVIDERS.map((provider) => provider.id).filter((id) => !SENDERS.some((sender) => sender.id === id))).toEqual([])
})

describe.each(KNOWN.map((sender): [string, Sender] => [sender.id, sender]))('%s', (_id, sender) => {
  test('is what its provider says of it: posts again, or posts once', () => {
    expect(findProvider(sender.id)?.postsOnce === true).toBe(sender.delays.length === 0)
  })

  test('a good delivery is taken at the first attempt, and the same bytes once more are known', async () => {
    const body = sender.body('main', `GOOD${sender.id}`)
    expect(await deliver(sender, body, ordinary)).toEqual({ statuses: [200], end: 'delivered' })
    expect(await storedOf(sender, `GOOD${sender.id}`)).toBe(1)
    expect(await toldOf(sender, `GOOD${sender.id}`)).toBe(1)
    expect(await ask(ordinary, sender, body)).toMatchObject({ status: 200, duplicate: true })
    expect(await storedOf(sender, `GOOD${sender.id}`)).toBe(1)
    expect(await toldOf(sender, `GOOD${sender.id}`)).toBe(1)
  })

  test('what is genuine and cannot be understood is taken too: nobody drops it, nobody repeats it for days', async () => {
    for (const body of [`{"no":"ODD${sender.id}"}`, `<ODD2${sender.id}>`, `["ODD3${sender.id}"]`]) {
      expect(await deliver(sender, body, ordinary)).toEqual({ statuses: [200], end: 'delivered' })
    }
    expect(await storedOf(sender, `ODD${sender.id}`)).toBe(1)
    expect(await storedOf(sender, `ODD2${sender.id}`)).toBe(1)
  })

  test('a body over the limit is refused each time, and no more often than the sender posts', async () => {
    const body = sender.body('main', 'x'.repeat(LIMIT_BYTES))
    const { statuses, end } = await deliver(sender, body, ordinary)
    expect(end).toBe('given up')
    expect(new Set(statuses)).toEqual(new Set([413]))
    expect(statuses).toHaveLength(sender.delays.length + 1)
  })

  test('a full backlog is told as our own trouble: whoever repeats comes back, and it is taken', async () => {
    const body = sender.body('main', `FULL${sender.id}`)
    const { statuses, end } = await deliver(sender, body, doors({ writer: full }), ordinary)
    expect(statuses[0]).toBe(503)
    if (sender.delays.length === 0) return expect([statuses.length, end]).toEqual([1, 'given up'])
    expect([statuses, end]).toEqual([[503, 200], 'delivered'])
    expect(await storedOf(sender, `FULL${sender.id}`)).toBe(1)
  })

  test('a rate limit loses nothing: who repeats is told when to, who does not waits for its turn', async () => {
    const app = doors({ rates: { ...GENEROUS, source: 3 }, windowS: 1 })
    const ids = Array.from({ length: 6 }, (_, i) => `RATE${i}${sender.id}`)
    const played = await Promise.all(
      ids.map((id) => {
        const body = sender.body('main', id)
        const begun = clock
        return play(
          sender,
          () => post(app, sender, body, begun),
          () => Bun.sleep(1_050),
        )
      }),
    )
    expect(played.map((one) => one.end)).toEqual(Array(6).fill('delivered'))
    const refused = played.filter((one) => one.statuses[0] === 429)
    expect(refused).toHaveLength(sender.delays.length === 0 ? 0 : 3)
    for (const id of ids) expect(await storedOf(sender, id)).toBe(1)
  })

  test('the last of its attempts is as good as the first: no proof has run out meanwhile', async () => {
    const body = sender.body('main', `LATE${sender.id}`)
    const begun = clock
    for (const ms of sender.delays) clock += ms
    expect(await post(ordinary, sender, body, begun)).toBe(200)
    expect(await storedOf(sender, `LATE${sender.id}`)).toBe(1)
  })
})

describe('while the database is away', () => {
  beforeAll(() => gate.shut())
  afterAll(() => gate.open())

  test('for a moment, every sender waits for its answer, and every delivery is kept', async () => {
    const posted = KNOWN.map((sender) => post(ordinary, sender, sender.body('main', `MOMENT${sender.id}`)))
    await Bun.sleep(500)
    await gate.open()
    expect(await Promise.all(posted)).toEqual(KNOWN.map(() => 200))
    // On a busy machine a moment may have been long enough for the journal.
    await until(() => shelter.journal.isEmpty, 'the journal to be empty', 20_000)
    for (const sender of KNOWN) expect(await storedOf(sender, `MOMENT${sender.id}`)).toBe(1)
  })

  test('for longer, every sender is answered 200, also those that post once: the journal keeps it, and it is stored afterwards', async () => {
    await gate.shut()
    const first = await Promise.all(KNOWN.map((sender) => post(ordinary, sender, sender.body('main', `LONGER${sender.id}`))))
    expect(first).toEqual(KNOWN.map(() => 200))
    expect(shelter.journal.state.records).toBe(KNOWN.length)
    await gate.open()
    await until(() => shelter.journal.isEmpty, 'the journal to be empty', 20_000)
    for (const sender of KNOWN) {
      expect([sender.id, await storedOf(sender, `LONGER${sender.id}`)]).toEqual([sender.id, 1])
      expect(await ask(ordinary, sender, sender.body('main', `LONGER${sender.id}`))).toMatchObject({ status: 200, duplicate: true })
    }
  }, 60_000)
})

test('none of this was a bug of ours', () => {
  expect(failures.filter((cause) => !/CONNECTION|ECONN|connect/i.test(String((cause as { code?: unknown }).code ?? cause)))).toEqual([])
})
