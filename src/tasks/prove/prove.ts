import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../config-values'
import { AppError } from '../../domain/error'
import { runnerFor } from '../../store/embedded-user'
import { withClient } from '../connection'
import { Acknowledgements } from './acknowledgements'
import { Cluster } from './cluster'
import { wreak } from './havoc'
import type { ProveOptions } from './options'
import { Oracle } from './oracle'
import { freePort } from './port'
import { type ProofReport, reportOf } from './report'
import { ServerProcess } from './server-process'
import { judge } from './verdict'

export interface ProveDeps {
  progress(line: string): void
  signal: AbortSignal
  /** Of which the server gets PATH and HOME, and nothing else. */
  env: Environment
  /** Weakened twins, for the proof of the proof: another entry, a Postgres that promises less. Tests only. */
  entry?: string
  postgresSettings?: Readonly<Record<string, string>>
}

export interface Proof {
  report: ProofReport
  /** Where the ledger, the acknowledgements and the logs are; null when all is well and they are gone. */
  folder: string | null
}

const HEARD_WITHIN_MS = 60_000
const MOST_FAILED_STARTS = 3
const PROGRESS_EVERY_MS = 1_000

/** Runs the whole proof. Whatever happens, nothing of it is left running. */
export async function prove(options: ProveOptions, deps: ProveDeps): Promise<Proof> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-prove-'))
  // Root's Postgres runs as another user, who must be able to walk through.
  chmodSync(folder, 0o755)
  const secret = 'the secret of the proof'
  const [port, databasePort] = await Promise.all([freePort(), freePort()])
  const cluster = new Cluster(folder, databasePort, deps.postgresSettings)
  const acknowledgements = await Acknowledgements.open(join(folder, 'acknowledgements.jsonl'))
  let server: ServerProcess | undefined
  let report: ProofReport | undefined
  try {
    const databaseUrl = await cluster.start()
    server = new ServerProcess({
      entry: deps.entry ?? 'src/server.ts',
      env: { ...environment(folder, port, databaseUrl, secret), PATH: deps.env.PATH ?? '', HOME: deps.env.HOME ?? '' },
      logFile: join(folder, 'server.log'),
    })
    report = await run(options, deps, { server, cluster, acknowledgements, url: `http://127.0.0.1:${port}`, databaseUrl, secret })
    return { report, folder: report.proved ? null : folder }
  } finally {
    await server?.stop()
    await cluster.stop()
    await acknowledgements.close()
    // What is violated can be looked at; nothing else stays.
    if (report === undefined || report.proved) await remove(folder)
  }
}

interface Stage {
  server: ServerProcess
  cluster: Cluster
  acknowledgements: Acknowledgements
  url: string
  databaseUrl: string
  secret: string
}

async function run(options: ProveOptions, deps: ProveDeps, stage: Stage): Promise<ProofReport> {
  const { server, cluster, acknowledgements, url, databaseUrl, secret } = stage
  const startedAt = new Date()
  const since = performance.now()
  let lastHeard = 0
  const oracle = new Oracle({
    webhookUrl: `${url}/api/whatsapp/webhook`,
    secret,
    seed: options.seed,
    rate: options.rate,
    acknowledgements,
    acknowledged(askedAt) {
      lastHeard = Math.max(lastHeard, askedAt)
      server.noteAnswer(askedAt)
    },
  })
  server.start()
  oracle.start()
  const kills = { done: 0 }
  const timer = setInterval(() => {
    const { sent, acknowledged, unanswered } = oracle.counts
    deps.progress(
      `${Math.round((performance.now() - since) / 1000)} s: ${kills.done} of ${options.kills} kills, ${sent} sent, ${acknowledged} acknowledged, ${unanswered} unanswered`,
    )
  }, PROGRESS_EVERY_MS)
  try {
    await firstAnswer(server, () => lastHeard, deps.signal)
    const journal = () => journalDepth(url)
    const havoc = await wreak(options, { server, cluster, lastHeard: () => lastHeard, journal, killed: () => kills.done++, signal: deps.signal })
    await cluster.raised()
    await oracle.finish(deps.signal.aborted ? 0 : HEARD_WITHIN_MS)
    await drained(journal)
    const exitCode = await server.stop()
    clearInterval(timer)
    deps.progress('Comparing what was promised with what is stored…')
    const verdict = await withClient(databaseUrl, 2, async (sql) => judge(sql, await acknowledgements.readAll()))
    const { failedStarts, crashes } = server
    return reportOf({
      seed: options.seed,
      startedAt,
      durationMs: performance.now() - since,
      havoc,
      counts: oracle.counts,
      verdict,
      failedStarts,
      crashes,
      exitCode,
    })
  } finally {
    clearInterval(timer)
    await oracle.finish(0)
  }
}

/** @throws AppError `unavailable` with the server's own words when it does not start: then there is nothing to prove. */
async function firstAnswer(server: ServerProcess, lastHeard: () => number, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + HEARD_WITHIN_MS
  while (lastHeard() === 0) {
    if (signal.aborted) throw new AppError('unavailable', 'Interrupted before anything was proved')
    if (server.failedStarts >= MOST_FAILED_STARTS || performance.now() > giveUpAt) {
      throw new AppError('unavailable', `The server does not start: ${await server.lastWords()}`)
    }
    await Bun.sleep(5)
  }
}

/** Nothing of ours: only what a server needs, and limits that a flood of kills does not touch. */
function environment(folder: string, port: number, databaseUrl: string, secret: string): Record<string, string> {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(folder, 'data'),
    WEBHOOK_SECRET: secret,
    LOG_LEVEL: 'warn',
    RATE_LIMIT_SOURCE: '1000000',
    RATE_LIMIT_SESSION: '1000000',
    RATE_LIMIT_ADDRESS: '1000000',
    RATE_LIMIT_STATUS: '1000000',
  }
}

async function journalDepth(url: string): Promise<number | null> {
  try {
    const answer = await fetch(`${url}/readyz`, { keepalive: false, signal: AbortSignal.timeout(3_000) })
    return ((await answer.json()) as { journal: number }).journal
  } catch {
    return null
  }
}

async function drained(journal: () => Promise<number | null>): Promise<void> {
  const giveUpAt = performance.now() + HEARD_WITHIN_MS
  while (performance.now() < giveUpAt && (await journal()) !== 0) await Bun.sleep(20)
}

async function remove(folder: string): Promise<void> {
  const { clusterDir } = await runnerFor(folder, () => {})
  for (const path of [clusterDir, folder]) rmSync(path, { recursive: true, force: true })
}
