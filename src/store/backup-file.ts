/**
 * The format of a backup: one file of frames, each `kind (1 byte) ‖ length (4 bytes, big-endian) ‖ content`.
 *
 *   H  what it is of                       (JSON: BackupHeader)
 *   T  a table begins                      (JSON: TableStart)
 *   D  a piece of its COPY text            (zstd)
 *   E  the table ends                      (JSON: TableEnd: rows, bytes and SHA-256 of its COPY text)
 *   Z  the file ends                       (JSON: FileEnd: SHA-256 of all before it)
 *
 * Without its `Z` a file is torn; one that is bent anywhere fails a SHA-256. COPY's text format is the same in all
 * versions of Postgres, and a row is a line.
 */
import { open } from 'node:fs/promises'
import { AppError } from '../domain/error'

export const MAGIC = 'LINEKEEPER BACKUP 1\n'

export interface BackupHeader {
  createdAt: string
  /** Hash of the last migration: a backup goes back into the schema it came from. */
  schema: string
  /** Days that had a partition, per table, as RFC 3339. */
  partitions: Record<string, string[]>
  tables: string[]
}

export interface TableStart {
  name: string
  columns: string[]
}

export interface TableEnd {
  rows: number
  bytes: number
  sha256: string
}

export interface FileEnd {
  tables: number
  sha256: string
}

export type FrameKind = 'H' | 'T' | 'D' | 'E' | 'Z'
export interface Frame {
  kind: FrameKind
  content: Uint8Array
}

const HEAD_BYTES = 5
const LONGEST_FRAME = 64 << 20

export function frame(kind: FrameKind, content: Uint8Array | object): Uint8Array {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content))
  const whole = Buffer.allocUnsafe(HEAD_BYTES + bytes.byteLength)
  whole.write(kind, 0, 'latin1')
  whole.writeUInt32BE(bytes.byteLength, 1)
  whole.set(bytes, HEAD_BYTES)
  return whole
}

/** @throws AppError `invalid` when it is not JSON. */
export function parseFrame<T>({ kind, content }: Frame): T {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8')) as T
  } catch (cause) {
    throw new AppError('invalid', `The backup is damaged: a frame of kind ${kind} cannot be read`, { cause })
  }
}

/**
 * The frames of a file, one after the other.
 * @throws AppError `invalid` when it is no backup, or ends before its end.
 */
export async function* readFrames(path: string): AsyncGenerator<Frame> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('not_found', `${path} cannot be read (${cause.code})`, { cause })
  })
  try {
    let at = 0
    const hash = new Bun.CryptoHasher('sha256')
    const read = async (bytes: number) => {
      const buffer = Buffer.allocUnsafe(bytes)
      const { bytesRead } = await file.read(buffer, 0, bytes, at)
      if (bytesRead < bytes)
        throw new AppError('invalid', at === 0 ? `${path} is not a backup of Linekeeper` : `${path} is torn: it ends at byte ${at + bytesRead}, before its end`)
      at += bytes
      return buffer
    }
    if ((await read(MAGIC.length)).toString('latin1') !== MAGIC) throw new AppError('invalid', `${path} is not a backup of Linekeeper`)
    for (;;) {
      const head = await read(HEAD_BYTES)
      const kind = String.fromCharCode(head[0] as number)
      const length = head.readUInt32BE(1)
      if (!isKind(kind) || length > LONGEST_FRAME) throw new AppError('invalid', `${path} is damaged at byte ${at - HEAD_BYTES}`)
      const next = { kind, content: await read(length) }
      if (kind !== 'Z') hash.update(head).update(next.content)
      else if (parseFrame<FileEnd>(next).sha256 !== hash.digest('hex')) throw new AppError('invalid', `${path} is damaged: its checksum does not fit`)
      yield next
      if (kind === 'Z') return
    }
  } finally {
    await file.close()
  }
}

function isKind(text: string): text is FrameKind {
  return text.length === 1 && 'HTDEZ'.includes(text)
}

/** Counts and hashes COPY text as it passes. */
export class TableSum {
  #rows = 0
  #bytes = 0
  readonly #hash = new Bun.CryptoHasher('sha256')

  add(text: Uint8Array): void {
    this.#bytes += text.byteLength
    this.#hash.update(text)
    // COPY escapes line breaks inside of values: each one left ends a row.
    for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) this.#rows++
  }

  end(): TableEnd {
    return { rows: this.#rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }
}
