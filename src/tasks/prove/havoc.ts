import { Chance } from '../simulate/chance'
import type { Cluster } from './cluster'
import { type ProveOptions, TARGETS, type Target } from './options'
import type { ServerProcess } from './server-process'

export interface HavocDeps {
  server: ServerProcess
  cluster: Cluster
  /** When the request was made that was last acknowledged, in performance.now()'s milliseconds. */
  lastHeard(): number
  /** Deliveries in the journal, or null when nobody answers. */
  journal(): Promise<number | null>
  /** Told after each kill. */
  killed(): void
  signal: AbortSignal
}

export interface HavocOutcome {
  kills: Record<string, number>
  /** From each kill whose recovery was awaited to the first acknowledgement of a request made after it, in milliseconds. */
  recoveriesMs: number[]
  /** Kills from which it did not recover in time. */
  stuck: string[]
}

const RECOVER_WITHIN_MS = 60_000
const DRAIN_SEEN_WITHIN_MS = 5_000
const EMPTIED_WITHIN_MS = 10_000

/** Kills at random moments, also in the middle of recoveries; ends when all kills are done, or at the first that was too much. */
export async function wreak(options: ProveOptions, deps: HavocDeps): Promise<HavocOutcome> {
  const chance = new Chance(options.seed + 17)
  const outcome: HavocOutcome = { kills: {}, recoveriesMs: [], stuck: [] }
  let struckAt = 0
  let lastKind = 'the start'
  let isDrainWanted = false
  for (let kill = 0; kill < options.kills && !deps.signal.aborted; kill++) {
    if (isDrainWanted) await untilDraining(deps, chance)
    else if (kill > 0 && chance.happens(0.25)) await Bun.sleep(chance.between(0, 400))
    else {
      const tookMs = await recovered(deps, struckAt)
      if (tookMs === null) {
        if (!deps.signal.aborted) outcome.stuck.push(lastKind)
        return outcome
      }
      if (kill > 0) outcome.recoveriesMs.push(tookMs)
      // The first answers come from the journal: half of the kills shall hit what follows.
      if (chance.happens(0.5)) await untilEmptied(deps)
      await Bun.sleep(chance.between(0, 2 * options.betweenMs))
    }
    struckAt = performance.now()
    const target = options.only ?? chance.pick(TARGETS)
    const isOutage = target !== 'server' && options.outageMs > 0 && chance.happens(0.3)
    lastKind = await strike(target, isOutage ? chance.between(0, options.outageMs) : 0, deps, chance)
    outcome.kills[lastKind] = (outcome.kills[lastKind] ?? 0) + 1
    deps.killed()
    isDrainWanted = isOutage && chance.happens(0.6)
  }
  const tookMs = await recovered(deps, struckAt)
  if (tookMs !== null) outcome.recoveriesMs.push(tookMs)
  else if (!deps.signal.aborted) outcome.stuck.push(lastKind)
  return outcome
}

/** @returns what it was, as the report counts it. */
async function strike(target: Target, downMs: number, { server, cluster }: HavocDeps, chance: Chance): Promise<string> {
  if (target === 'server') {
    await server.kill()
    return 'server'
  }
  if (target === 'both') {
    await Promise.all([cluster.kill(downMs), server.kill()])
    return downMs > 0 ? 'both, outage' : 'both'
  }
  if (downMs === 0 && chance.happens(0.2)) {
    cluster.killBackend(chance)
    return 'one process of postgres'
  }
  await cluster.kill(downMs)
  return downMs > 0 ? 'postgres, outage' : 'postgres'
}

/** How long it took from `since` until a request made after it was acknowledged; null when that did not happen in time. */
async function recovered({ lastHeard, signal }: HavocDeps, since: number): Promise<number | null> {
  while (lastHeard() <= since) {
    if (signal.aborted || performance.now() - since > RECOVER_WITHIN_MS) return null
    await Bun.sleep(3)
  }
  return performance.now() - since
}

/** Until deliveries go straight into Postgres again. */
async function untilEmptied({ journal, cluster, signal }: HavocDeps): Promise<void> {
  const since = performance.now()
  while (!signal.aborted && performance.now() - since < EMPTIED_WITHIN_MS) {
    if (cluster.isUp && (await journal()) === 0) return
    await Bun.sleep(20)
  }
}

/** After an outage the journal is read back: that is the moment to strike again. */
async function untilDraining({ journal, cluster, signal }: HavocDeps, chance: Chance): Promise<void> {
  const since = performance.now()
  while (!signal.aborted && performance.now() - since < DRAIN_SEEN_WITHIN_MS) {
    if (cluster.isUp && (await journal()) !== 0) break
    await Bun.sleep(5)
  }
  await Bun.sleep(chance.between(0, 150))
}
