/** Two servers on one database against one, under the same load from one generator: half of the connections each. */
import { type Conditions, HttpContender } from '../contenders/http'
import { linekeeper } from '../contenders/linekeeper'
import { Generator } from '../load/client'
import { type Row, ratioRow } from '../report'

export async function measurePair(conditions: Conditions, rounds: number, seconds: number, progress: (line: string) => void): Promise<Row> {
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
    const alone = async () => (await one.measureUnder({ connections: conditions.connections }, seconds)).perSecond
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
    return ratioRow('two instances on one Postgres ÷ one, all on one machine', ratios, 1.5)
  } finally {
    await one.stop()
    await two.stop()
    await other.close()
  }
}
