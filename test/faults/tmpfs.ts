import { describe } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  path: string
  unmount(): void
}

const mayMount = process.getuid?.() === 0

/** For tests on a small disk: only root may mount one. CI is root and must run them; an ordinary user's run says that it passed them over. */
export const describeOnSmallDisk = mayMount || process.env.CI ? describe : describe.skip

/** A disk that is soon full. @throws in CI when it cannot be mounted. */
export function mountSmallDisk(bytes: number): SmallDisk {
  if (!mayMount && !process.env.CI) return { path: '', unmount() {} }
  const path = mkdtempSync(join(tmpdir(), 'linekeeper-disk-'))
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0755`, 'tmpfs', path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The tests of a full disk mount a small tmpfs, which needs root (as CI is): ${stderr}`)
  return {
    path,
    unmount() {
      // Lazily: a file that is still open must not keep the run from ending.
      spawnSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
