/** What is measured, in which order, and against which bars. */
import { type Conditions, HttpContender } from './contenders/http'
import { linekeeper } from './contenders/linekeeper'
import { prepareGround } from './ground'
import { Generator } from './load/client'
import { measureEmbedded } from './measures/embedded'
import { type Curve, measureGrowth } from './measures/growth'
import { measureHistory } from './measures/history'
import { measureLive } from './measures/live'
import { measureMedia } from './measures/media'
import { measurePages } from './measures/pages'
import { measurePair } from './measures/pair'
import { measureStart } from './measures/start'
import { measureThroughput } from './measures/throughput'
import { measureVariants, type VariantFigures } from './measures/variants'
import type { Row } from './report'
import type { Series } from './throughput'

export interface Suite {
  rounds: number
  seconds: number
  connections: number
  sessions: number
  bodyBytes: number
  /** Stored before the history is measured. */
  events: number
  parts: Set<string>
  progress(line: string): void
}

export interface Result {
  postgres: string
  series: Series[]
  rows: Row[]
  curves: Curve[]
  variants: VariantFigures[]
  notes: string[]
}

const SECRET = 'a secret that only the benchmark knows'

export async function measureAll(suite: Suite): Promise<Result> {
  const { parts, progress, rounds, seconds } = suite
  progress('Starting one Postgres for all…')
  const ground = await prepareGround(progress)
  const generator = new Generator()
  const { connections, sessions, bodyBytes } = suite
  const conditions: Conditions = { ground, generator, secret: SECRET, connections, sessions, bodyBytes }
  const result: Result = { postgres: ground.version, series: [], rows: [], curves: [], variants: [], notes: [] }
  try {
    if (parts.has('throughput')) await measureThroughput(suite, conditions, result)
    if (parts.has('embedded')) result.rows.push(await measureEmbedded(conditions, rounds, seconds, progress))
    if (parts.has('pair')) add(result, await measurePair(conditions, suite))
    if (parts.has('pages')) result.rows.push(await measurePages(ground, progress))
    if (parts.has('live')) result.rows.push(...(await measureLive(ground, SECRET, progress)))
    if (parts.has('start')) result.rows.push(...(await measureStart(SECRET, progress)))
    if (parts.has('media')) result.rows.push(await measureMedia(ground, SECRET, progress))
    if (parts.has('growth')) result.curves.push(...(await growth(conditions, seconds, progress)))
    if (parts.has('variants')) result.variants.push(...(await measureVariants(ground, sessions, rounds, progress)))
    if (parts.has('history')) result.rows.push(...(await measureHistory(conditions, suite.events, rounds, seconds, progress)))
  } finally {
    await generator.close()
    await ground.close()
  }
  return result
}

function add(result: Result, { rows, notes }: Pick<Result, 'rows' | 'notes'>): void {
  result.rows.push(...rows)
  result.notes.push(...notes)
}

async function growth(conditions: Conditions, seconds: number, progress: (line: string) => void): Promise<Curve[]> {
  const ours = new HttpContender(linekeeper(conditions.ground, SECRET, await conditions.ground.database('growth')), conditions)
  await ours.start()
  try {
    await ours.measure(Math.max(5, seconds))
    return await measureGrowth(ours, seconds, progress)
  } finally {
    await ours.stop()
  }
}
