/** What is measured, in which order, and against which bars. */
import type { Contender } from './contenders/contender'
import { type Conditions, HttpContender } from './contenders/http'
import { fastify, frontHalf, linekeeper } from './contenders/linekeeper'
import { findPgbench, Pgbench } from './contenders/pgbench'
import { memoryOf } from './cpu'
import { type Ground, prepareGround } from './ground'
import { Generator } from './load/client'
import { measureLive } from './measures/live'
import { measureMedia } from './measures/media'
import { measurePages } from './measures/pages'
import { measureStart } from './measures/start'
import { type Row, ratioRow } from './report'
import { median } from './statistics'
import { medianOf, ratios, type Series, takeTurns } from './throughput'

export interface Suite {
  rounds: number
  seconds: number
  connections: number
  sessions: number
  bodyBytes: number
  parts: Set<string>
  progress(line: string): void
}

export interface Result {
  postgres: string
  series: Series[]
  rows: Row[]
  notes: string[]
}

const SECRET = 'a secret that only the benchmark knows'

export async function measureAll(suite: Suite): Promise<Result> {
  const { parts, progress } = suite
  progress('Starting one Postgres for all…')
  const ground = await prepareGround(progress)
  const result: Result = { postgres: ground.version, series: [], rows: [], notes: [] }
  try {
    if (parts.has('throughput')) await measureThroughput(suite, ground, result)
    if (parts.has('pages')) result.rows.push(await measurePages(ground, progress))
    if (parts.has('live')) result.rows.push(...(await measureLive(ground, SECRET, progress)))
    if (parts.has('start')) result.rows.push(...(await measureStart(SECRET, progress)))
    if (parts.has('media')) result.rows.push(await measureMedia(ground, SECRET, progress))
  } finally {
    await ground.close()
  }
  return result
}

async function measureThroughput(suite: Suite, ground: Ground, result: Result): Promise<void> {
  const generator = new Generator()
  const conditions: Conditions = { ground, generator, secret: SECRET, connections: suite.connections, sessions: suite.sessions, bodyBytes: suite.bodyBytes }
  const ownUrl = await ground.database('ours')
  const ours = new HttpContender(linekeeper(ground, SECRET, ownUrl), conditions)
  const started: Contender[] = []
  try {
    await ours.start()
    started.push(ours)
    const idle = memoryOf(ours.pid).now
    const contenders = [
      ours,
      await fasterPeer(conditions, suite, result),
      new HttpContender(frontHalf(SECRET), conditions),
      ...(await pgbenches(ground, result)),
    ]
    for (const contender of contenders.slice(1)) {
      await contender.start()
      started.push(contender)
    }
    const series = await takeTurns(contenders, suite)
    result.series.push(...series)
    result.rows.push(...ratioRows(series), await openLoopRow(ours, series[0] as Series, suite), await lossRow(ours, ground, ownUrl))
    result.rows.push(
      { what: 'memory, idle', value: idle, unit: 'MB', bar: 150, sense: 'most' },
      { what: 'memory, highest', value: memoryOf(ours.pid).peak, unit: 'MB', bar: 400, sense: 'most' },
    )
    result.notes.push(...notesOf(series))
  } finally {
    for (const contender of started) await contender.stop()
    await generator.close()
  }
}

/** The peer may run where it runs best: found out in turns, as everything else. */
async function fasterPeer(conditions: Conditions, { progress }: Suite, result: Result): Promise<HttpContender> {
  const runtimes = Bun.which('node') ? (['bun', 'node'] as const) : (['bun'] as const)
  const peers = await Promise.all(
    runtimes.map(async (runtime) => new HttpContender(fastify(runtime, SECRET, await conditions.ground.database(`fastify_${runtime}`)), conditions)),
  )
  for (const peer of peers) await peer.start()
  const trials = await takeTurns(peers, { rounds: 3, seconds: 2, progress: (line) => progress(`trial of the peer, ${line}`) })
  for (const peer of peers) await peer.stop()
  const rateOf = (peer: HttpContender) => medianOf(trials.find(({ contender }) => contender === peer) as Series, ({ perSecond }) => perSecond) ?? 0
  const best = peers.reduce((one, other) => (rateOf(other) > rateOf(one) ? other : one))
  result.notes.push(`the peer ran as ${best.label}: in a trial before, ${peers.map((peer) => `${peer.label} did ${Math.round(rateOf(peer))}/s`).join(', ')}`)
  return best
}

async function pgbenches(ground: Ground, result: Result): Promise<Contender[]> {
  const binary = findPgbench()
  if (!binary) result.notes.push('pgbench is not on this machine (PGBENCH may name it): its two rows are missing')
  return binary ? Promise.all((['row', 'batch'] as const).map(async (kind) => new Pgbench(kind, ground, binary, await ground.database(`pgbench_${kind}`)))) : []
}

/** Speed without keeping is none: all that was answered 200 must be in the ledger. */
async function lossRow(ours: HttpContender, ground: Ground, url: string): Promise<Row> {
  const missing = Math.max(0, ours.kept - (await ground.countDeliveries(url)))
  return { what: `answered 200 but not stored, of ${ours.kept}`, value: missing, unit: 'deliveries', bar: 0, sense: 'most' }
}

const RATIO_BARS: Record<string, { what: string; bar: number }> = {
  fastify: { what: 'webhooks/s ÷ Fastify + pg, one transaction each', bar: 5 },
  'pgbench-row': { what: 'webhooks/s ÷ pgbench, one row per transaction, 64 clients', bar: 2.5 },
  'pgbench-batch': { what: 'webhooks/s ÷ pgbench, 100 rows per transaction, 1 client', bar: 0.5 },
  'front-half': { what: 'webhooks/s ÷ our own front half, without a database', bar: 0.5 },
}

function ratioRows([ours, ...others]: Series[]): Row[] {
  return others.flatMap((other) => {
    const bar = RATIO_BARS[other.contender.id]
    return bar && ours ? [ratioRow(bar.what, ratios(ours, other), bar.bar)] : []
  })
}

/** Half of what it can do, sent at a fixed pace: the wait that a sender sees on an ordinary busy day. */
async function openLoopRow(ours: HttpContender, series: Series, { rounds, seconds, progress }: Suite): Promise<Row> {
  const rate = Math.round((medianOf(series, ({ perSecond }) => perSecond) ?? 0) / 2)
  const waits: number[] = []
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    const figure = await ours.measureAt(rate, seconds)
    waits.push(figure.p99 ?? Number.NaN)
    progress(`open loop at ${rate}/s: p50 ${figure.p50?.toFixed(1)} ms, p99 ${figure.p99?.toFixed(1)} ms ${figure.notes.join('; ')}`)
  }
  return {
    what: `p99 acknowledgement at half of peak (${rate}/s, open loop)`,
    value: median(waits),
    unit: 'ms',
    bar: 25,
    sense: 'most',
    range: [Math.min(...waits), Math.max(...waits)],
  }
}

function notesOf(series: Series[]): string[] {
  const notes = series.flatMap(({ contender, figures }) => [...new Set(figures.flatMap((figure) => figure.notes))].map((note) => `${contender.label}: ${note}`))
  const others = Math.max(...series.map((one) => medianOf(one, ({ cores }) => cores.others) ?? 0))
  if (others > 0.2) notes.push(`other processes used up to ${others.toFixed(2)} cores meanwhile: believe the ratios, not the rates`)
  return notes
}
