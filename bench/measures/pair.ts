/** Two servers on one database against one, under the same load from one generator: half of the connections each. */
import { availableParallelism } from 'node:os'
import { type Conditions, HttpContender } from '../contenders/http'
import { linekeeper } from '../contenders/linekeeper'
import { Generator } from '../load/client'
import { type Row, ratioRow } from '../report'
import { median } from '../statistics'

const BAR = 1.5

/**
 * The bar is meant for a generator on another machine. With all on one, it is held only where the processors could do it at all: what one
 * instance needs, with generator and Postgres, must be there one and a half times.
 */
export async function measurePair(
  conditions: Conditions,
  rounds: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<{ row: Row; note: string | null }> {
  const url = await conditions.ground.database('pair')
  const other = new Generator()
  const half = { ...conditions, connections: conditions.connections / 2 }
  const one = new HttpContender(linekeeper(conditions.ground, conditions.secret, url), half)
  const two = new HttpContender(linekeeper(conditions.ground, conditions.secret, url, 'data-2'), { ...half, generator: other })
  try {
    await one.start()
    await two.start()
    const together = async () => {
      const [a, b] = await Promise.all([one.measure(seconds), two.measure(seconds)])
      return a.perSecond + b.perSecond
    }
    const used: number[] = []
    const alone = async () => {
      const { perSecond, cores } = await one.measureUnder({ connections: conditions.connections }, seconds)
      used.push((cores.generator ?? 0) + (cores.server ?? 0) + (cores.postgres ?? 0))
      return perSecond
    }
    await together()
    await alone()
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const first = round % 2 === 0 ? await together() : await alone()
      const second = round % 2 === 0 ? await alone() : await together()
      const [pair, single] = round % 2 === 0 ? [first, second] : [second, first]
      ratios.push(pair / single)
      progress(`two instances, round ${round + 1}/${rounds}: ${Math.round(pair)}/s, one ${Math.round(single)}/s`)
    }
    const processors = availableParallelism()
    const possible = processors / median(used)
    const row = ratioRow('two instances on one Postgres ÷ one, all on one machine', ratios, possible >= BAR ? BAR : null)
    if (row.bar !== null) return { row, note: null }
    const needs = `one instance, its generator and Postgres use ${median(used).toFixed(2)} of ${processors} cores`
    return { row, note: `two instances: ${needs}, so that at most ${possible.toFixed(2)} × is possible here; the bar of ${BAR} × wants an external generator` }
  } finally {
    await one.stop()
    await two.stop()
    await other.close()
  }
}
