/**
 * The load generator: a process of its own, so that its work can be told apart. Reads one plan per line, answers with one
 * line. Requests are made before the clock runs.
 */
import { type DrivePlan, drive } from './drive'
import { makeRequests, type RequestPlan } from './requests'

export type LoadPlan = DrivePlan & RequestPlan

export interface Load {
  perSecond: number
  seconds: number
  answered: number
  others: Record<string, number>
  p50: number
  p99: number
  /** Cores that the generator itself used while it drove. */
  ownCores: number
  exhausted: boolean
}

/** Said when the requests are ready, so that others can start their clocks with ours. */
export const READY = 'ready'

if (import.meta.main) {
  for await (const line of console) {
    if (line === '') continue
    const plan = JSON.parse(line) as LoadPlan
    const requests = makeRequests(plan)
    Bun.gc(true)
    console.log(READY)
    console.log(JSON.stringify(await load(plan, requests)))
  }
}

async function load(plan: LoadPlan, requests: ReturnType<typeof makeRequests>): Promise<Load> {
  const before = process.cpuUsage()
  const driven = await drive(requests, plan)
  const { user, system } = process.cpuUsage(before)
  const sorted = driven.latencies.toSorted()
  const at = (p: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p) - 1)] ?? 0
  return {
    perSecond: driven.answered / driven.seconds,
    seconds: driven.seconds,
    answered: driven.answered,
    others: driven.others,
    p50: at(0.5),
    p99: at(0.99),
    ownCores: (user + system) / 1e6 / driven.seconds,
    exhausted: driven.exhausted,
  }
}
