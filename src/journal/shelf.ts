import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Sealed } from './appender'
import { type Folder, syncFolder } from './folder'
import { type JournalRecord, scanSegment, UnknownFormat } from './format'

/** What was found not to be as it was written. */
export interface Damage {
  /** Where the damaged file is kept. */
  path: string
  bytes: number
  /** Records known to be missing, by the gaps in their numbers. */
  missing: number
}

export interface Held {
  folder: Folder
  segment: Sealed
  /** Records of it that are done already. */
  done: number
  isChecked: boolean
  damage: Damage | undefined
}

export const DAMAGED = 'damaged'

/** Sealed segments in the order in which they are to be emptied. */
export class Shelf {
  readonly #held: Held[] = []
  /** The number that the next record of a folder should have. */
  readonly #expected = new Map<Folder, number>()

  constructor(private readonly root: string) {}

  get first(): Held | undefined {
    return this.#held[0]
  }

  get records(): number {
    return this.#held.reduce((sum, { segment, done }) => sum + segment.records - done, 0)
  }

  get bytes(): number {
    return this.#held.reduce((sum, { segment }) => sum + segment.bytes, 0)
  }

  has(folder: Folder): boolean {
    return this.#held.some((held) => held.folder === folder)
  }

  add(folder: Folder, segment: Sealed): void {
    this.#held.push({ folder, segment, done: 0, isChecked: false, damage: undefined })
  }

  /** Takes over the segments of a folder whose process is gone; they go before all others. @throws UnknownFormat. */
  async adopt(folder: Folder): Promise<void> {
    const found: Held[] = []
    for (const file of await folder.segments()) {
      const { records } = scanSegment(await readFile(file.path))
      found.push({ folder, segment: { ...file, records: records.length, firstAt: records[0]?.at ?? 0 }, done: 0, isChecked: false, damage: undefined })
    }
    this.#held.unshift(...found)
  }

  /** What is left to do of a segment. Damage is noted in it at the first reading. @throws what the disk says. */
  async read(held: Held): Promise<JournalRecord[]> {
    const bytes = await readFile(held.segment.path)
    const { records, damage } = scanSegment(bytes.subarray(0, held.segment.bytes))
    if (!held.isChecked) {
      held.isChecked = true
      const missing = this.#countMissing(held, records)
      if (damage.length > 0 || missing > 0) {
        held.damage = { path: this.#asidePath(held), bytes: damage.reduce((sum, { length }) => sum + length, 0), missing }
      }
    }
    return records.slice(held.done)
  }

  #countMissing({ folder, segment }: Held, records: JournalRecord[]): number {
    let expected = this.#expected.get(folder) ?? segment.first
    let missing = 0
    for (const { number } of records) {
      missing += Math.max(0, number - expected)
      expected = number + 1
    }
    this.#expected.set(folder, expected)
    return missing
  }

  /** Everything in it is in the ledger: it goes, or is kept aside for a person when it was damaged. */
  async remove(held: Held): Promise<void> {
    const { segment, damage } = held
    if (damage) {
      await mkdir(join(this.root, DAMAGED), { recursive: true, mode: 0o700 })
      await rename(segment.path, damage.path)
      await syncFolder(join(this.root, DAMAGED))
    } else await rm(segment.path, { force: true })
    this.#held.splice(this.#held.indexOf(held), 1)
  }

  #asidePath({ folder, segment }: Held): string {
    return join(this.root, DAMAGED, `${basename(folder.path)}-${basename(segment.path)}`)
  }
}

/** Reads the first bytes only, so that a folder of another version is left as it is. */
export async function isReadable(path: string): Promise<boolean> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0)
    scanSegment(buffer.subarray(0, bytesRead))
    return true
  } catch (cause) {
    if (cause instanceof UnknownFormat) return false
    throw cause
  } finally {
    await handle.close()
  }
}
