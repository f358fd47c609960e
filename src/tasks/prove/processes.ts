/** Killing for real: a process with its children, at once, and the proof that it is gone. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Kills a process and its direct children so that none of them can react to the death of another. */
export function killFamily(pid: number): void {
  // Stopped first: a postmaster that goes on would make new children meanwhile.
  signal(pid, 'SIGSTOP')
  for (const child of childrenOf(pid)) signal(child, 'SIGKILL')
  signal(pid, 'SIGKILL')
}

export function childrenOf(pid: number): number[] {
  try {
    return numbers(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
  } catch {
    // No /proc (macOS), or a kernel without that file.
    const rows = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout ?? ''
    return rows
      .split('\n')
      .map(numbers)
      .flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []))
  }
}

/** Resolves when the process runs no more (a zombie does not). */
export async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await Bun.sleep(2)
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException
    return code === 'EPERM' || (code === 'ENOENT' && syscall === 'open' && process.platform !== 'linux')
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already.
  }
}

const numbers = (text: string) => text.trim().split(/\s+/).filter(Boolean).map(Number)
