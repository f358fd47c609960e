import { join } from 'node:path'
import { withClient } from '../connection'
import { Acknowledgements } from './acknowledgements'
import { wreak } from './havoc'
import type { ProveOptions } from './options'
import { Oracle } from './oracle'
import { type ProofReport, reportOf } from './report'
import { firstAnswer, type Stage, type StageOptions, withStage } from './stage'
import { judge } from './verdict'

export interface ProveDeps extends StageOptions {
  progress(line: string): void
}

export interface Proof {
  report: ProofReport
  /** Where the ledger, the acknowledgements and the logs are; null when all is well and they are gone. */
  folder: string | null
}

const HEARD_WITHIN_MS = 60_000
const PROGRESS_EVERY_MS = 1_000

/** Runs the whole proof. Whatever happens, nothing of it is left running. */
export function prove(options: ProveOptions, deps: ProveDeps): Promise<Proof> {
  return withStage(deps, async (stage) => {
    const acknowledgements = await Acknowledgements.open(join(stage.folder, 'acknowledgements.jsonl'))
    try {
      const report = await run(options, deps, { ...stage, acknowledgements })
      return { result: { report, folder: report.proved ? null : stage.folder }, isKept: !report.proved }
    } finally {
      await acknowledgements.close()
    }
  })
}

async function run(options: ProveOptions, deps: ProveDeps, stage: Stage & { acknowledgements: Acknowledgements }): Promise<ProofReport> {
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
    await firstAnswer(server, () => lastHeard > 0, deps.signal)
    const journal = () => journalDepth(url)
    const havoc = await wreak(options, { server, cluster, lastHeard: () => lastHeard, journal, killed: () => kills.done++, signal: deps.signal })
    await cluster.raised()
    const isInterrupted = deps.signal.aborted
    await oracle.finish(isInterrupted ? 0 : HEARD_WITHIN_MS)
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
      isInterrupted,
      crashes,
      exitCode,
    })
  } finally {
    clearInterval(timer)
    await oracle.finish(0)
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
