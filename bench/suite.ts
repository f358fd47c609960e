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
  const ours = new HttpContender(linekeeper(ground, SECRET, await ground.database('ours')), conditions)
  const peer = new HttpContender(fastify('bun', SECRET, await ground.database('fastify')), conditions)
  const half = new HttpContender(frontHalf(SECRET), conditions)
  const contenders: Contender[] = [ours, peer, half]
  const pgbench = findPgbench()
  if (pgbench) for (const kind of ['row', 'batch'] as const) contenders.push(new Pgbench(kind, ground, pgbench, await ground.database(`pgbench_${kind}`)))
  else result.notes.push('pgbench is not on this machine (PGBENCH may name it): its two rows are missing')
  try {
    for (const contender of contenders) await contender.start()
    const idle = memoryOf(ours.pid).now
    const series = await takeTurns(contenders, suite)
    result.series.push(...series)
    result.rows.push(...ratioRows(series), await openLoopRow(ours, series[0] as Series, suite))
    result.rows.push(
      { what: 'memory, idle', value: idle, unit: 'MB', bar: 150, sense: 'most' },
      { what: 'memory, highest', value: memoryOf(ours.pid).peak, unit: 'MB', bar: 400, sense: 'most' },
    )
    result.notes.push(...notesOf(series))
  } finally {
    for (const contender of contenders) await contender.stop()
    await generator.close()
  }
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
