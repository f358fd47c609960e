import { createApp } from '../../src/app'
import { type Config, loadConfig } from '../../src/config'
import { createControl } from '../../src/control/control'
import { sessionIdOf } from '../../src/domain/id'
import type { Entry } from '../../src/ingest/batch'
import { changeOf } from '../../src/ingest/change'
import { createDecodeAgain } from '../../src/ingest/decode-again'
import { Writer } from '../../src/ingest/writer'
import { createBus } from '../../src/live/bus'
import type { Role } from '../../src/store/operators'
import { SourceBook } from '../../src/store/source-book'
import { ensureDefaultSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { createMetrics } from '../../src/telemetry/metrics'
import { ApiKeys } from '../../src/web/auth/api-keys'
import { createAuth } from '../../src/web/auth/auth'
import { createOperator } from '../../src/web/auth/operators'
import { createLive } from '../../src/web/live/live'
import type { Readiness } from '../../src/web/ops'
import { freshDatabase } from '../support/database'

export const BASE = 'http://localhost:3000'
export const PASSWORD = 'correct horse battery'
export const API_KEY = 'env-key-with-full-rights'
const ROLES: Role[] = ['admin', 'operator', 'viewer']

export type TestSite = Awaited<ReturnType<typeof openSite>>

/** The whole edge on a real database, without a listening server. */
export async function openSite(env: Record<string, string> = {}) {
  const database = await freshDatabase()
  const config: Config = { ...loadConfig({ API_KEY, RATE_LIMIT_LOGIN: '1000', ...env }), publicUrl: env.PUBLIC_URL ?? BASE }
  const vault = new Vault(new Uint8Array(32))
  await ensureDefaultSource(database.write, vault, config, Date.now())
  const sources = await SourceBook.load(database.write, vault, Date.now)
  const bus = await createBus(database.bus)
  const failures: unknown[] = []
  const metrics = createMetrics()
  const failed = (cause: unknown) => void failures.push(cause)
  const writer = new Writer(database.write, Date.now, {
    committed: ({ works }) => bus.publish(changeOf(works)),
  })
  const control = createControl({ sql: database.read, vault, writer, allowances: config, now: Date.now, failed })
  const live = createLive({
    sql: database.read,
    bus,
    allowances: config,
    controls: control.controls,
    sources,
    publicUrl: config.publicUrl,
    now: Date.now,
    streams: { opened: metrics.streamOpened, closed: metrics.streamClosed },
    failed,
  })
  const auth = createAuth({ databaseUrl: database.url, publicUrl: config.publicUrl, secret: 'test-secret-of-at-least-32-characters' })
  const readiness: Readiness = { reasons: [], backlog: 0, journal: 0 }
  const apiKeys = new ApiKeys(database.write, Date.now, config.apiKey)
  const { retentionEventsMs } = config
  const decodeAgain = createDecodeAgain({ sql: database.read, writer, allowances: config, retentionEventsMs, sources: () => sources.list(), now: Date.now })
  const app = createApp({
    config,
    database,
    report: { failed },
    metrics,
    sources,
    auth,
    apiKeys,
    live,
    ...control,
    decodeAgain,
    readiness: async () => readiness,
    now: Date.now,
  })
  const source = sources.default()
  return {
    app,
    auth,
    apiKeys,
    config,
    database,
    failures,
    live,
    metrics,
    readiness,
    source,
    sources,
    control,
    vault,
    decodeAgain,
    /** Commits entries of test/support/entries.ts for the default source. */
    write: (entry: Entry) => writer.append({ ...entry, sessionId: entry.sessionId, session: { ...entry.session, sourceId: source.id } }),
    /** The same for another source. */
    writeFor: (sourceId: string, entry: Entry) =>
      writer.append({ ...entry, sessionId: sessionIdOf(sourceId, entry.session.name), session: { ...entry.session, sourceId } }),
    fetch: (path: string, init: RequestInit = {}) => app.handle(new Request(new URL(path, 'http://localhost:3000'), init)),
    async close() {
      live.close()
      await control.close()
      await bus.close()
      await sources.close()
      await auth.close()
      await database.close()
    },
  }
}

/** One operator of each role, logged in: the cookie header of each. */
export async function logInAll(site: TestSite): Promise<Record<Role, string>> {
  const cookies = {} as Record<Role, string>
  for (const role of ROLES) {
    await createOperator(site.database.write, { name: `Some ${role}`, email: `${role}@example.org`, password: PASSWORD, role }, Date.now())
    cookies[role] = await logIn(site, `${role}@example.org`)
  }
  return cookies
}

export async function logIn(site: TestSite, email: string, password = PASSWORD): Promise<string> {
  const response = await postForm(site, '/login', { email, password })
  if (response.status !== 303) throw new Error(`log-in answered ${response.status}: ${await response.text()}`)
  return cookieHeader(response)
}

export function cookieHeader(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

export function postForm(site: TestSite, path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return site.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams(fields).toString(),
  })
}

export const withKey = (key = API_KEY) => ({ headers: { authorization: `Bearer ${key}` } })
