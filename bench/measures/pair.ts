/** Two servers on one database against one, under the same load: half of the connections each, the same sessions at both. */
import { availableParallelism } from 'node:os'
import { type Conditions, HttpContender } from '../contenders/http'
import { linekeeper } from '../contenders/linekeeper'
import { Generator } from '../load/client'
import { type Quota, quotaOf } from '../quota'
import { type Row, ratioRow } from '../report'
import { median } from '../statistics'
import type { Suite } from '../suite'

const BAR = 1.5

/**
 * What a server has when each has a machine of its own, scaled down so that two of them, their generators and Postgres fit on two cores:
 * then what stands in the way of a second one is Postgres and what the two have to agree on there, not the processor.
 */
const SHARE = 0.3

interface Pair {
  together(): Promise<number>
  alone(): Promise<number>
  /** Cores that one instance, its generator and Postgres used. */
  used: number[]
}

/** On one machine they share its cores, and a second one mostly costs: that row has no bar. Held to a share of a core each, it has. */
export async function measurePair(conditions: Conditions, { rounds, seconds, progress }: Suite): Promise<{ rows: Row[]; notes: string[] }> {
  const url = await conditions.ground.database('pair')
  const other = new Generator()
  const half = { ...conditions, connections: conditions.connections / 2 }
  const servers = [
    new HttpContender(linekeeper(conditions.ground, conditions.secret, url), half),
    new HttpContender(linekeeper(conditions.ground, conditions.secret, url, 'data-2'), { ...half, generator: other }),
  ] as const
  const quotas: Quota[] = []
  try {
    for (const server of servers) await server.start()
    const pair = pairOf(servers, conditions.connections, seconds)
    const free = await turns(pair, rounds, (line) => progress(`two instances, ${line}`))
    const rows = [ratioRow('two instances on one Postgres ÷ one, sharing the cores', free, null)]
    const usage = `one instance, its generator and Postgres use ${median(pair.used).toFixed(2)} of ${availableParallelism()} cores`
    for (const [index, server] of servers.entries()) {
      const quota = quotaOf(SHARE, String(index))
      if (quota === null) return { rows, notes: [`two instances: ${usage}; the bar of ${BAR} × wants root, who may hold each to a share of a core`] }
      quotas.push(quota)
      quota.hold(server.pid)
    }
    const held = await turns(pair, rounds, (line) => progress(`two instances of ${SHARE} cores each, ${line}`))
    rows.push(ratioRow(`two instances on one Postgres ÷ one, each held to ${SHARE} cores`, held, BAR))
    return { rows, notes: [`two instances, sharing the cores: ${usage}`] }
  } finally {
    for (const server of servers) await server.stop()
    for (const quota of quotas) quota.lift()
    await other.close()
  }
}

function pairOf([one, two]: readonly [HttpContender, HttpContender], connections: number, seconds: number): Pair {
  const used: number[] = []
  return {
    used,
    async together() {
      const [a, b] = await Promise.all([one.measure(seconds), two.measure(seconds)])
      return a.perSecond + b.perSecond
    },
    async alone() {
      const { perSecond, cores } = await one.measureUnder({ connections }, seconds)
      used.push((cores.generator ?? 0) + (cores.server ?? 0) + (cores.postgres ?? 0))
      return perSecond
    },
  }
}

/** Every other round backwards; the first of each counts for nothing. */
async function turns(pair: Pair, rounds: number, progress: (line: string) => void): Promise<number[]> {
  await pair.together()
  await pair.alone()
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const isForward = round % 2 === 0
    const first = isForward ? await pair.together() : await pair.alone()
    const second = isForward ? await pair.alone() : await pair.together()
    const [both, single] = isForward ? [first, second] : [second, first]
    ratios.push(both / single)
    progress(`round ${round + 1}/${rounds}: ${Math.round(both)}/s, one ${Math.round(single)}/s`)
  }
  return ratios
}
