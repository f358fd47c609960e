import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  path: string
  unmount(): void
}

/** A disk that is soon full. CI is root and may mount it; @throws where that is not so, because such a test must not be passed over. */
export function mountSmallDisk(bytes: number): SmallDisk {
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
