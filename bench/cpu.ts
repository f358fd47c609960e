/** What processes cost, read from /proc: on other systems than Linux it is not known. */
import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** CPU seconds used so far by these processes and by those of their children that have ended. */
export function cpuSeconds(pids: Iterable<number>): number {
  let ticks = 0
  for (const pid of pids) ticks += ticksOf(pid)
  return ticks / TICKS_PER_SECOND
}

/** The processes whose parent, or parent's parent, is this one, and itself: a Postgres with its backends. */
export function familyOf(root: number): number[] {
  const family = [root]
  for (const { pid, parent } of processes()) if (family.includes(parent)) family.push(pid)
  return family
}

/** Resident memory in MB: now, and at its highest. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = read(`/proc/${pid}/status`)
  const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
  return { now: mb('VmRSS'), peak: mb('VmHWM') }
}

/** CPU seconds of the whole machine so far: busy, and since it was booted. */
export function machineSeconds(): { busy: number; total: number } {
  const [, ...fields] = (read('/proc/stat').split('\n', 1)[0] ?? '').split(/\s+/)
  const ticks = fields.map(Number)
  const total = ticks.slice(0, 8).reduce((sum, n) => sum + n, 0)
  return { busy: (total - (ticks[3] ?? 0) - (ticks[4] ?? 0)) / TICKS_PER_SECOND, total: total / TICKS_PER_SECOND }
}

function ticksOf(pid: number): number {
  return afterName(pid)
    .slice(11, 15)
    .reduce((sum, field) => sum + Number(field), 0)
}

function processes(): { pid: number; parent: number }[] {
  return directories()
    .map((pid) => ({ pid, parent: Number(afterName(pid)[1] ?? 0) }))
    .sort((a, b) => a.pid - b.pid)
}

function directories(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0)
  } catch {
    return []
  }
}

/** A process's name may hold spaces: what counts comes after its closing bracket. */
function afterName(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
