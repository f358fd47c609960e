/** Wires everything: start(), and its exact reverse stop(). */
import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { createApp } from './app'
import type { Config } from './config'
import { createControl } from './control/control'
import { AppError } from './domain/error'
import { systemNow } from './ingest/arrival'
import { failureKind } from './ingest/failure'
import { createIngest, type Ingest } from './ingest/ingest'
import { JOBS } from './jobs/schedule'
import { createBus } from './live/bus'
import { countByStatus, countConnections } from './store/counts'
import { type Database, openDatabase } from './store/database'
import { type EmbeddedDatabase, startEmbedded } from './store/embedded'
import { holdInstanceLock } from './store/instance-lock'
import { SourceBook } from './store/source-book'
import { ensureDefaultSource } from './store/sources'
import { openVault, type Vault } from './store/vault'
import { createLogger } from './telemetry/logger'
import { createMetrics, type Metrics } from './telemetry/metrics'
import { createReport, type Report } from './telemetry/report'
import { createErrorReports } from './telemetry/sentry'
import { ApiKeys } from './web/auth/api-keys'
import { createAuth } from './web/auth/auth'
import { ensureFirstOperator, ensureSetupToken } from './web/auth/operators'
import { BodyReader } from './web/body'
import { scheduleJobs } from './web/cron'
import { listen } from './web/listen'
import { createLive } from './web/live/live'
import { createClientAddress } from './web/plugins/client-address'
import { WebhookLimits } from './web/webhook-limits'
import { webhooks } from './web/webhooks'

export interface Running {
  /** Where it really listens. */
  url: string
  /** The default source's, to which a session's name is appended. */
  webhookUrl: string
  /** One-time link to create the first operator; null when there is one. */
  setupLink: string | null
  /** The default source's secret, when it was generated just now: it is never shown again. */
  generatedSecret: string | null
  database: Database
  vault: Vault
  /** Finishes what was taken, then closes everything in the reverse order. Idempotent. @param why for the log: a signal. */
  stop(why?: string): Promise<void>
}

/** Bytes of webhook bodies that are held at once, before 503 is answered. */
const BODIES_IN_MEMORY = 256 << 20

export interface StartOptions {
  progress?(line: string): void
  /** Under way already; else it is started when its turn comes. */
  embedded?: Promise<EmbeddedDatabase>
}

/**
 * Starts the server.
 * @throws AppError with one sentence for what an operator can mend; nothing is left running then that was not before.
 */
export async function start(config: Config, options: StartOptions = {}): Promise<Running> {
  const undo: (() => unknown)[] = []
  const takeDown = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const { report, ...running } = await assemble(config, options, undo)
    return { ...running, stop: once((why = 'asked to') => told(report, why, takeDown)) }
  } catch (cause) {
    await takeDown().catch(() => {})
    throw cause
  }
}

async function assemble(config: Config, options: StartOptions, undo: (() => unknown)[]): Promise<Omit<Running, 'stop'> & { report: Report }> {
  const startedAt = performance.now()
  await makeDataDir(config.dataDir)
  const reports = await createErrorReports(config.sentryDsn)
  undo.push(() => reports.close())
  const report = createReport(createLogger(config.logLevel), reports)
  if (config.redisUrl !== null) report.limitsNotShared()
  const metrics = createMetrics()
  const database = await openOwnOrGiven(config, options, undo)
  const vault = await openVault(config)
  const sql = database.read
  const made = await ensureDefaultSource(sql, vault, config, systemNow())
  if (config.adminEmail && config.adminPassword) await ensureFirstOperator(sql, config.adminEmail, config.adminPassword, systemNow())
  const setupToken = await ensureSetupToken(sql, systemNow())

  const sources = await SourceBook.load(sql, vault, systemNow)
  undo.push(() => sources.close())
  const bus = await createBus(database.bus, { failed: (cause) => report.databaseLost(cause) })
  undo.push(() => bus.close())
  // That the database is away is told once and bridged; for Sentry it is no news.
  const failed: Report['failed'] = (cause, about) => (failureKind(cause) === 'away' ? report.databaseLost(cause) : report.failed(cause, about))
  const ingest = createIngest({ config, database, sources, vault, metrics, bus, failed, committed: (works) => control.codes.noteCommit(works) })
  undo.push(() => ingest.close())
  const control = createControl({ sql, vault, writer: ingest.writer, allowances: config, now: systemNow, failed })
  const { journal } = await ingest.openJournal(report, database.revive)
  const auth = createAuth({ databaseUrl: database.url, publicUrl: config.publicUrl, secret: vault.secretFor('log-ins') })
  undo.push(() => auth.close())
  const { readiness, notice, decodeAgain } = ingest
  const shown = { sql, bus, allowances: config, controls: control.controls, sources, publicUrl: config.publicUrl, now: systemNow }
  const live = createLive({ ...shown, notice, streams: { opened: metrics.streamOpened, closed: metrics.streamClosed }, failed })
  undo.push(() => live.close())
  const backlog = () => ingest.writer.backlog.entries
  metrics.watch({ backlog, journal: () => journal.state, pools: database.pools, sessions: () => countByStatus(sql), connections: () => countConnections(sql) })

  const doors = openDoors(config, ingest, sources, metrics, failed)
  const jobDeps = { ...config, ...control, sql, writer: ingest.writer, allowances: config, foldAway: ingest.foldAway, now: systemNow }
  const jobs = scheduleJobs(JOBS, jobDeps, (job, cause) => (failureKind(cause) === 'away' ? report.databaseLost(cause) : report.jobFailed(job, cause)))
  undo.push(() => jobs.stop())
  const apiKeys = new ApiKeys(sql, systemNow, config.apiKey)
  const asked = { readiness, notice, decodeAgain, webhooks: doors, now: systemNow }
  const app = createApp({ config, database, report, metrics, sources, auth, apiKeys, live, ...control, ...asked })
  const server = listen(app, config)
  undo.push(() => server.stop())
  // Before the server waits for its requests: a live stream never ends, and a sender may take a minute.
  undo.push(() => Promise.all([live.close(), control.close()]))
  report.started(server.url, performance.now() - startedAt)
  const base = config.port === 0 ? server.url : config.publicUrl
  return {
    url: server.url,
    webhookUrl: `${base}/api/whatsapp/webhook`,
    setupLink: setupToken && `${base}/setup?token=${setupToken}`,
    generatedSecret: made.created && config.webhookSecret === null ? made.secret : null,
    database,
    vault,
    report,
  }
}

/** Where the senders post. */
function openDoors(config: Config, ingest: Ingest, sources: SourceBook, metrics: Metrics, failed: Report['failed']): ReturnType<typeof webhooks> {
  return webhooks({
    ...ingest.receiving,
    findSource: (slug) => sources.find(slug),
    bodies: new BodyReader({ each: config.maxBodyBytes, together: Math.max(BODIES_IN_MEMORY, 2 * config.maxBodyBytes) }),
    limits: new WebhookLimits(config.rateLimits),
    clientAddress: createClientAddress(config.trustedProxies),
    answered: metrics.webhookAnswered,
    failed,
  })
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
    await access(dataDir, constants.W_OK)
  } catch (cause) {
    throw new AppError('unavailable', `The data folder ${dataDir} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

/** @returns also `revive`: starts the embedded Postgres again, on its port, should it have been killed under us. */
async function openOwnOrGiven(config: Config, options: StartOptions, undo: (() => unknown)[]): Promise<Database & { revive?(): Promise<void> }> {
  const progress = options.progress ?? (() => {})
  let embedded = config.databaseUrl === null ? await (options.embedded ?? startEmbedded(config.dataDir, progress)) : undefined
  // One that was running before us belongs to somebody else, until the lock says that nobody holds it.
  let isOurs = embedded?.adopted === false
  undo.push(() => isOurs && embedded?.stop())
  progress('Preparing the database…')
  const database = await openDatabase(embedded?.url ?? (config.databaseUrl as string), config.pools)
  undo.push(() => database.close())
  const lock = await holdInstanceLock(database.bus, { mode: embedded ? 'exclusive' : 'shared' })
  undo.push(() => lock.release())
  isOurs = embedded !== undefined
  if (!embedded) return database
  const port = Number(new URL(embedded.url).port)
  return { ...database, revive: async () => void (embedded = await startEmbedded(config.dataDir, () => {}, { port })) }
}

/** Says so in the log before and after: an operator who waits sees that something is being waited for. */
async function told(report: Report, why: string, takeDown: () => Promise<void>): Promise<void> {
  const startedAt = performance.now()
  report.stopping(why)
  await takeDown()
  report.stopped(performance.now() - startedAt)
}

function once(work: (why?: string) => Promise<void>): (why?: string) => Promise<void> {
  let running: Promise<void> | undefined
  return (why) => (running ??= work(why))
}
