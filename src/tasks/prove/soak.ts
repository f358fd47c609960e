import { AppError } from '../../domain/error'
import { percentile } from '../simulate/outcome'
import { type Drift, driftOf, type Sample } from './drift'
import { Oracle } from './oracle'
import { firstAnswer, type Stage, type StageOptions, withStage } from './stage'

export interface SoakOptions {
  durationMs: number
  /** Deliveries per second; null = half of what it takes at most. */
  rate: number | null
  seed: number
}

export interface SoakReport extends Drift {
  durationMs: number
  rate: number
  acknowledged: number
  p99Ms: number
  memoryBytes: number
  samples: Sample[]
  /** In words; empty when all is well. */
  violations: string[]
}

interface SoakDeps extends StageOptions {
  progress(line: string): void
}

const PEAK_FOR_MS = 8_000
const SAMPLES = 60
const LEAST_EVERY_MS = 1_000
const FULL_SPEED = 10_000
const MEBIBYTE = 1 << 20

/** Loads a server of its own for so long. Nothing is killed; what drifts is what leaks. */
export function soak(options: SoakOptions, deps: SoakDeps): Promise<SoakReport> {
  return withStage(deps, async (stage) => {
    stage.server.start()
    await firstAnswer(stage.server, () => isUp(stage.url), deps.signal)
    const rate = options.rate ?? (await findPeak(options, deps, stage)) / 2
    return { result: await load({ ...options, rate }, deps, stage), isKept: false }
  })
}

/** What our senders and the server manage together on this machine, as fast as they can. */
async function findPeak(options: SoakOptions, deps: SoakDeps, stage: Stage): Promise<number> {
  const { oracle } = senders({ ...options, seed: options.seed + 1, rate: FULL_SPEED }, stage)
  oracle.start()
  try {
    await Bun.sleep(PEAK_FOR_MS / 4)
    const before = oracle.counts.acknowledged
    await Bun.sleep(PEAK_FOR_MS)
    const peak = ((oracle.counts.acknowledged - before) * 1000) / PEAK_FOR_MS
    deps.progress(`at most ${Math.round(peak)} deliveries per second here; half of that from now on`)
    return peak
  } finally {
    await oracle.finish(1_000)
  }
}

async function load(options: SoakOptions & { rate: number }, deps: SoakDeps, stage: Stage): Promise<SoakReport> {
  const { oracle, latencies } = senders(options, stage)
  oracle.start()
  const samples: Sample[] = []
  const all: number[] = []
  try {
    const since = performance.now()
    const everyMs = Math.max(LEAST_EVERY_MS, options.durationMs / SAMPLES)
    while (!deps.signal.aborted && performance.now() - since < options.durationMs) {
      await pause(everyMs, deps.signal)
      const memoryBytes = await stage.server.memory()
      if (memoryBytes === null) throw new AppError('unavailable', 'The memory of a process cannot be read here: a soak needs /proc (Linux)')
      const window = latencies.splice(0)
      all.push(percentile(window, 0.99))
      samples.push({ at: (performance.now() - since) / 1000, memoryBytes, p99Ms: percentile(window, 0.99) })
      deps.progress(
        `${Math.round((performance.now() - since) / 1000)} s: ${window.length} deliveries, ${Math.round(memoryBytes / MEBIBYTE)} MiB, p99 ${percentile(window, 0.99).toFixed(1)} ms`,
      )
    }
  } finally {
    await oracle.finish(10_000)
  }
  const drift = driftOf(samples)
  const { counts } = oracle
  const violations = [
    ...(drift.isFlat ? [] : ['memory or latency drifts']),
    ...(counts.unanswered > 0 ? [`${counts.unanswered} posts without an answer`] : []),
    ...[...counts.refused].map(([status, times]) => `${times} answers ${status}`),
    ...stage.server.crashes.map((how) => `the server ended ${how}`),
  ]
  const last = samples.at(-1) as Sample
  return {
    ...drift,
    durationMs: Math.round(last.at * 1000),
    rate: Math.round(options.rate),
    acknowledged: counts.acknowledged,
    p99Ms: Math.max(...all),
    memoryBytes: last.memoryBytes,
    samples,
    violations,
  }
}

async function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { keepalive: false }).then(
    (answer) => answer.ok,
    () => false,
  )
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until && !signal.aborted; ) await Bun.sleep(Math.min(200, ms))
}

function senders({ seed, rate }: { seed: number; rate: number }, { url, secret, server }: Stage) {
  const latencies: number[] = []
  const oracle = new Oracle({
    webhookUrl: `${url}/api/whatsapp/webhook`,
    secret,
    seed,
    rate,
    // Nothing is killed: what is answered needs no witness.
    acknowledgements: { note: async () => {} },
    acknowledged(askedAt, latencyMs) {
      latencies.push(latencyMs)
      server.noteAnswer(askedAt)
    },
  })
  return { oracle, latencies }
}

export function describeSoak(report: SoakReport): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  return [
    `${report.acknowledged} deliveries in ${Math.round(report.durationMs / 1000)} s at ${report.rate} per second`,
    `memory ${Math.round(report.memoryBytes / MEBIBYTE)} MiB at the end, ${percent(report.memoryGrowth)} over the run (${(report.memoryBytesPerHour / MEBIBYTE).toFixed(1)} MiB per hour)`,
    `p99 drifted by ${percent(report.p99Drift)}, its worst window was ${report.p99Ms.toFixed(1)} ms`,
    ...report.violations.map((violation) => `VIOLATED: ${violation}`),
    report.violations.length === 0 ? 'Steady.' : 'NOT STEADY.',
  ]
}
