/**
 * A sender's life through `receive` on a real database and on the test's own clock: for senders whose events are ordered by their
 * arrival, so that what comes seconds or minutes later must arrive then.
 */
import { loadConfig } from '../../src/config'
import type { MessageRecord, SessionRecord } from '../../src/domain/records'
import { createArrivals } from '../../src/ingest/arrival'
import { createIngest } from '../../src/ingest/ingest'
import { rebuild } from '../../src/ingest/rebuild'
import { type Outcome, receive } from '../../src/ingest/receive'
import { createBus } from '../../src/live/bus'
import { listMessages } from '../../src/store/messages-read'
import { unpackBody } from '../../src/store/packing'
import { findSession } from '../../src/store/sessions-read'
import { SourceBook } from '../../src/store/source-book'
import { createSource } from '../../src/store/sources'
import { listTransitions } from '../../src/store/transitions-read'
import { Vault } from '../../src/store/vault'
import { createMetrics } from '../../src/telemetry/metrics'
import { freshDatabase } from './database'
import { dumpOf } from './dump'

const SLUG = 'stage'
const DAY_MS = 86_400_000
/** Long enough that no sweep would have a say. */
const ALLOWANCES = { staleAfterMs: 30 * DAY_MS, qrExpiresAfterMs: DAY_MS, connectingTimeoutMs: DAY_MS }

export interface ClockedStage {
  /** Lets time pass. */
  pass(ms: number): void
  now(): number
  /** @param rest of the URL behind `…/webhook`: `/shop`, `/shop/connection-update`, `?token=…`. */
  post(delivery: { headers: Record<string, string>; body: string }, rest: string): Promise<Outcome>
  session(name: string): Promise<SessionRecord | undefined>
  /** `starting`, `disconnected (banned)` …, oldest first. */
  story(name: string): Promise<string[]>
  messages(name: string): Promise<MessageRecord[]>
  /** Paths, headers and bodies as they are at rest. */
  kept(): Promise<string>
  /** All that is at rest, in any table. */
  dump(): Promise<string>
  differences(): Promise<string[]>
  close(): Promise<void>
}

export async function openClockedStage(provider: string, secret: string, beginsAt = Date.now() - DAY_MS): Promise<ClockedStage> {
  let clock = beginsAt
  const now = () => clock
  const database = await freshDatabase()
  const vault = new Vault(new Uint8Array(32))
  await createSource(database.write, vault, { slug: SLUG, label: SLUG, provider }, beginsAt, secret)
  const sources = await SourceBook.load(database.write, vault, now)
  const bus = await createBus(database.bus)
  const failed = (cause: unknown) => {
    throw cause
  }
  const ingest = createIngest({ config: loadConfig({}), database, sources, vault, metrics: createMetrics(), bus, failed })
  const arrival = createArrivals(now)
  const find = async (name: string) => findSession(database.read, SLUG, name, ALLOWANCES, clock)
  const idOf = async (name: string) => (await find(name))?.id ?? ''
  return {
    now,
    pass: (ms) => void (clock += ms),
    async post({ headers, body }, rest) {
      const source = sources.find(SLUG)
      if (!source) throw new Error('no source')
      const { at, id } = arrival()
      const path = `/api/whatsapp/${SLUG}/webhook${rest}`
      const pathSession = /^\/([^/?]+)/.exec(rest)?.[1] ?? null
      const delivery = { id, receivedAt: at, method: 'POST' as const, path, pathSession, headers, body: new TextEncoder().encode(body), address: '192.0.2.1' }
      return receive({ ...ingest.receiving, allowances: ALLOWANCES, now }, source, delivery)
    },
    session: find,
    async story(name) {
      const { data } = await listTransitions(database.read, await idOf(name), { limit: 100 })
      return data.toReversed().map(({ to, reason }) => (reason === null ? to : `${to} (${reason})`))
    },
    messages: async (name) => (await listMessages(database.read, await idOf(name), { limit: 100 })).data,
    async kept() {
      const rows = await database.read<{ path: string; headers: string; body: Uint8Array }[]>`select path, headers::text, body from deliveries`
      return rows.map(({ path, headers, body }) => `${path} ${headers} ${new TextDecoder().decode(unpackBody(body))}`).join('\n')
    },
    dump: () => dumpOf(database),
    differences: async () => (await rebuild(database.write, { repair: false, progress() {} })).differences,
    async close() {
      await ingest.close()
      await bus.close()
      await sources.close()
      await database.close()
    },
  }
}
