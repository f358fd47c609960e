/** Holds a process to a share of a core by a control group (version 1 or 2 of Linux'), which only root may make. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Quota {
  /** To be called when the process has ended. */
  lift(): void
}

/** Short, so that what is held to a third of a core stands still for a few milliseconds at a time only. */
const PERIOD_US = 10_000

/** Of the process with all its threads. Null where it cannot be held: other systems than Linux, ordinary users, closed containers. */
export function quotaOf(cores: number, name: string, pid: number): Quota | null {
  const root = rootOfGroups()
  if (root === null) return null
  const group = join(root.folder, `linekeeper-bench-${process.pid}-${name}`)
  const lift = () => void attempt(() => rmdirSync(group))
  const isHeld = attempt(() => {
    mkdirSync(group)
    for (const [file, value] of Object.entries(root.limits(Math.round(cores * PERIOD_US)))) writeFileSync(join(group, file), value)
    writeFileSync(join(group, 'cgroup.procs'), String(pid))
  })
  if (!isHeld) lift()
  return isHeld ? { lift } : null
}

function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

interface Root {
  folder: string
  limits(quotaUs: number): Record<string, string>
}

function rootOfGroups(): Root | null {
  const one = '/sys/fs/cgroup/cpu'
  if (existsSync(join(one, 'cpu.cfs_quota_us'))) {
    return { folder: one, limits: (quotaUs) => ({ 'cpu.cfs_period_us': String(PERIOD_US), 'cpu.cfs_quota_us': String(quotaUs) }) }
  }
  const two = '/sys/fs/cgroup'
  try {
    if (!readFileSync(join(two, 'cgroup.controllers'), 'utf8').split(/\s+/).includes('cpu')) return null
    writeFileSync(join(two, 'cgroup.subtree_control'), '+cpu')
    return { folder: two, limits: (quotaUs) => ({ 'cpu.max': `${quotaUs} ${PERIOD_US}` }) }
  } catch {
    return null
  }
}
