/** Against the peers and the ceilings: who takes how many webhooks a second, in turns. */
import type { Contender } from '../contenders/contender'
import { type Conditions, HttpContender } from '../contenders/http'
import { fastify, frontHalf, linekeeper } from '../contenders/linekeeper'
import { installNodeRed, nodeRed } from '../contenders/node-red'
import { findPgbench, Pgbench } from '../contenders/pgbench'
import { memoryOf } from '../cpu'
import type { Ground } from '../ground'
import { type Row, ratioRow } from '../report'
import { median } from '../statistics'
import type { Result, Suite } from '../suite'
import { medianOf, ratios, type Series, takeTurns } from '../throughput'

export async function measureThroughput(suite: Suite, conditions: Conditions, result: Result): Promise<void> {
  const { ground, secret: SECRET } = conditions
  const ownUrl = await ground.database('ours')
  const ours = new HttpContender(linekeeper(ground, SECRET, ownUrl), conditions)
  const started: Contender[] = []
  try {
    await ours.start()
    started.push(ours)
    const idle = memoryOf(ours.pid).now
    const contenders = [
      ours,
      ...(await peers(conditions, suite, result)),
      new HttpContender(frontHalf(SECRET), conditions),
      ...(await pgbenches(ground, result)),
    ]
    for (const contender of contenders.slice(1)) {
      await contender.start()
      started.push(contender)
    }
    const series = await takeTurns(contenders, suite)
    // Alone from here on: waits are those of the server, not of those who idle beside it.
    for (const other of started.splice(1)) await other.stop()
    result.series.push(...series)
    result.rows.push(...ratioRows(series), await openLoopRow(ours, series[0] as Series, suite), await lossRow(ours, ground, ownUrl))
    result.rows.push(
      { what: 'memory, idle', value: idle, unit: 'MB', bar: 150, sense: 'most' },
      { what: 'memory, highest', value: memoryOf(ours.pid).peak, unit: 'MB', bar: 400, sense: 'most' },
    )
    result.notes.push(...notesOf(series))
  } finally {
    for (const contender of started) await contender.stop()
  }
}

/** What a user would have instead. Fastify runs on Node, as users run it, and on Bun, where it is a little faster. */
async function peers(conditions: Conditions, { parts, progress }: Suite, result: Result): Promise<HttpContender[]> {
  const { ground, secret } = conditions
  const on = async (runtime: 'node' | 'bun') => new HttpContender(fastify(runtime, secret, await ground.database(`fastify_${runtime}`)), conditions)
  if (!Bun.which('node')) {
    result.notes.push('Node is not on this machine: Fastify ran on Bun only')
    return [await on('bun')]
  }
  const found = [await on('node'), await on('bun')]
  if (!parts.has('peers')) return found
  const folder = await installNodeRed(ground, progress)
  if (folder) found.push(new HttpContender(nodeRed(folder, secret, await ground.database('node_red')), conditions))
  else result.notes.push('Node-RED could not be installed from npm: its row is missing')
  return found
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

const RATIO_BARS: Record<string, { what: string; bar: number | null }> = {
  'fastify-node': { what: 'webhooks/s ÷ Fastify + pg on Node, one transaction each', bar: 5 },
  'fastify-bun': { what: 'webhooks/s ÷ Fastify + pg on Bun, one transaction each', bar: 5 },
  'node-red': { what: 'webhooks/s ÷ Node-RED with node-postgres, one transaction each', bar: null },
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
