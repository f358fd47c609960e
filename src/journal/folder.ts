/**
 * A folder of segments and who may use it. Every process appends to a folder of its own; one whose process is gone may be taken over by
 * any other. Who is there is told by a lock of the operating system, which ends with the process whatever ends it.
 */
import { Database } from 'bun:sqlite'
import { mkdir, open, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface SegmentFile {
  path: string
  /** The number of its first record. */
  first: number
  bytes: number
}

const LOCK_FILE = 'lock'
const SEGMENT = /^(\d{16})\.segment$/

export class Folder {
  private constructor(
    readonly path: string,
    private readonly lock: Database,
  ) {}

  static async create(root: string, name: string): Promise<Folder> {
    const path = join(root, name)
    await mkdir(path, { recursive: true, mode: 0o700 })
    const folder = Folder.take(path)
    if (!folder) throw new Error(`The journal folder ${path} is in use`)
    await syncFolder(root)
    return folder
  }

  /** @returns undefined when a living process has it. */
  static take(path: string): Folder | undefined {
    try {
      // SQLite's is the one file lock that Bun has; the file stays empty.
      const lock = new Database(join(path, LOCK_FILE), { create: true })
      try {
        // Nor is there a file beside it: a full disk must not keep anybody out.
        lock.run('pragma journal_mode = memory')
        lock.run('begin exclusive')
        return new Folder(path, lock)
      } catch (cause) {
        lock.close()
        throw cause
      }
    } catch (cause) {
      const code = String((cause as { code?: unknown }).code)
      // Emptied and removed by its owner, just now.
      if (code === 'SQLITE_BUSY' || code === 'SQLITE_CANTOPEN') return undefined
      throw cause
    }
  }

  segmentPath(first: number): string {
    return join(this.path, `${String(first).padStart(16, '0')}.segment`)
  }

  /** Oldest first. */
  async segments(): Promise<SegmentFile[]> {
    const names = (await readdir(this.path)).filter((name) => SEGMENT.test(name)).sort()
    return Promise.all(
      names.map(async (name) => ({ path: join(this.path, name), first: Number.parseInt(name, 10), bytes: (await stat(join(this.path, name))).size })),
    )
  }

  sync(): Promise<void> {
    return syncFolder(this.path)
  }

  /** Gives it back; it goes when nothing is in it. */
  async release(): Promise<void> {
    const names = await readdir(this.path).catch(() => [])
    if (names.every((name) => name.startsWith(LOCK_FILE))) {
      for (const name of names) await rm(join(this.path, name), { force: true })
      await rmdir(this.path).catch(() => {})
    }
    this.lock.close()
  }
}

/** So that a file that was made in it is still there after a loss of power. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
