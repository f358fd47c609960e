import { type FileHandle, open, rm } from 'node:fs/promises'
import type { Folder, SegmentFile } from './folder'
import { encodeRecord, type JournalRecord, segmentHeader } from './format'

export interface Sealed extends SegmentFile {
  records: number
  firstAt: number
  /** Of these bytes all that was acknowledged. What follows them, after a failure, was not. */
  bytes: number
}

/** Writes groups of records to the end of a folder, each on disk before it resolves. Not to be called while a call is under way. */
export class Appender {
  #file: { handle: FileHandle; sealed: Sealed } | undefined
  #next = 1

  constructor(
    private readonly folder: Folder,
    private readonly segmentBytes: number,
  ) {}

  /** Of the segment that is being written. */
  get open(): Readonly<Sealed> | undefined {
    return this.#file?.sealed
  }

  /**
   * @returns a segment that is full by now.
   * @throws what the disk says: none of the group counts then.
   */
  async write(group: { at: number; payload: Uint8Array }[]): Promise<Sealed | undefined> {
    const file = (this.#file ??= await this.#create())
    const { handle, sealed } = file
    const records = group.map(({ at, payload }, nth): JournalRecord => ({ number: this.#next + nth, at, payload }))
    const header = sealed.bytes === 0 ? [segmentHeader()] : []
    const bytes = Buffer.concat([...header, ...records.flatMap(encodeRecord)])
    try {
      await writeAll(handle, bytes, sealed.bytes)
      await handle.datasync()
    } catch (cause) {
      await this.#takeBack(file)
      throw cause
    }
    if (sealed.records === 0) sealed.firstAt = group[0]?.at ?? 0
    sealed.bytes += bytes.byteLength
    sealed.records += group.length
    this.#next += group.length
    return sealed.bytes >= this.segmentBytes ? this.seal() : undefined
  }

  /** Ends the segment that is being written. @returns undefined when nothing is in it. */
  async seal(): Promise<Sealed | undefined> {
    if (!this.#file) return undefined
    const { handle, sealed } = this.#file
    // Everything that counts is on disk already.
    await handle.close().catch(() => {})
    this.#file = undefined
    if (sealed.records > 0) return sealed
    await rm(sealed.path, { force: true })
    return undefined
  }

  async #create(): Promise<{ handle: FileHandle; sealed: Sealed }> {
    const path = this.folder.segmentPath(this.#next)
    // One that a failure left behind with nothing in it that counts is written over.
    const handle = await open(path, 'w', 0o600)
    try {
      await this.folder.sync()
    } catch (cause) {
      await handle.close()
      throw cause
    }
    return { handle, sealed: { path, first: this.#next, bytes: 0, records: 0, firstAt: 0 } }
  }

  /** What was written of a group that failed must not be found later; nobody was told that it was kept. */
  async #takeBack({ handle, sealed }: { handle: FileHandle; sealed: Sealed }): Promise<void> {
    await handle.truncate(sealed.bytes).catch(() => {})
  }
}

/** @returns only when every byte is with the operating system. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done)
    if (bytesWritten === 0) throw Object.assign(new Error('The disk takes no more'), { code: 'ENOSPC' })
    done += bytesWritten
  }
}
