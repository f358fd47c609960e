/**
 * Two servers on one database against one with a database of its own, under the same load: half of the connections each, the same sessions
 * at both. On one machine they share its cores, and a second one mostly costs. So each is held to a share of a core, as if it had a
 * machine of its own that is as much slower: then what stands in the way of a second one is Postgres, and what the two have to agree on there.
 */
import { availableParallelism } from 'node:os'
import { type Conditions, HttpContender } from '../contenders/http'
import { linekeeper } from '../contenders/linekeeper'
import { Generator } from '../load/client'
import { type Quota, quotaOf } from '../quota'
import { type Row, ratioRow } from '../report'
import { median } from '../statistics'
import type { Suite } from '../suite'

const BAR = 1.5
/** So that two servers, their generators and Postgres fit on two cores. */
const SHARE = 0.3

interface Pair {
  together(): Promise<number>
  alone(): Promise<number>
  /** Cores that one instance, its generator and Postgres used. */
  used: number[]
}

export async function measurePair(conditions: Conditions, { rounds, seconds, progress }: Suite): Promise<{ rows: Row[]; notes: string[] }> {
  const { ground, secret } = conditions
  const shared = await ground.database('pair')
  const other = new Generator()
  const half = { ...conditions, connections: conditions.connections / 2 }
  const servers = [
    new HttpContender(linekeeper(ground, secret, await ground.database('single')), conditions),
    new HttpContender(linekeeper(ground, secret, shared, 'data-2'), half),
    new HttpContender(linekeeper(ground, secret, shared, 'data-3'), { ...half, generator: other }),
  ] as const
  let quotas: Quota[] = []
  try {
    for (const server of servers) await server.start()
    const pair = pairOf(servers, seconds)
    const free = await turns(pair, rounds, (line) => progress(`two instances, ${line}`))
    quotas = servers.flatMap((server, nth) => quotaOf(SHARE, String(nth), server.pid) ?? [])
    const processors = availableParallelism()
    const possible = processors / median(pair.used)
    const isHeld = quotas.length === servers.length
    const rows = [ratioRow('two instances on one Postgres ÷ one, sharing the cores', free, !isHeld && possible >= BAR ? BAR : null)]
    const notes = [`two instances: one, its generator and Postgres use ${median(pair.used).toFixed(2)} of ${processors} cores`]
    if (isHeld) {
      const held = await turns(pair, rounds, (line) => progress(`two instances of ${SHARE} cores each, ${line}`))
      rows.push(ratioRow(`two instances on one Postgres ÷ one, each held to ${SHARE} cores`, held, BAR))
    } else if (possible < BAR)
      notes.push(`two instances: at most ${possible.toFixed(2)} × is possible here; for the bar of ${BAR} × root must hold each to a share of a core`)
    return { rows, notes }
  } finally {
    for (const server of servers) await server.stop()
    for (const quota of quotas) quota.lift()
    await other.close()
  }
}

function pairOf([single, one, two]: readonly [HttpContender, HttpContender, HttpContender], seconds: number): Pair {
  const used: number[] = []
  return {
    used,
    async together() {
      const [a, b] = await Promise.all([one.measure(seconds), two.measure(seconds)])
      return a.perSecond + b.perSecond
    },
    async alone() {
      const { perSecond, cores } = await single.measure(seconds)
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
