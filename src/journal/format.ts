/**
 * The journal's files, byte for byte; docs/reliability.md has the picture. Pure.
 *
 * A segment is a header and then records. Each record begins with a mark, so that the next one can be found behind a damaged one, and
 * carries a checksum over all that follows it, so that nothing damaged is ever taken for a record.
 */
import { crc32 } from 'node:zlib'

export const FORMAT_VERSION = 1
const SEGMENT_MARK = Buffer.from('LKJOURNL')
/** Mark, version, checksum of both. */
export const SEGMENT_HEADER_BYTES = 16
const RECORD_MARK = Buffer.from('LKR\u0001')
/** Mark, checksum, length of the payload, number, instant. */
export const RECORD_HEADER_BYTES = 28
const CHECKED_FROM = 8

export interface JournalRecord {
  /** Counts up by one within a folder. */
  number: number
  /** Unix milliseconds, given when it was appended. */
  at: number
  payload: Uint8Array
}

export interface Scan {
  records: JournalRecord[]
  /** Bytes that are no record although records follow, or that are whole but do not match their checksum. */
  damage: { offset: number; length: number }[]
  /** Bytes of a last record that was never finished, and so never acknowledged. */
  tornBytes: number
}

export class UnknownFormat extends Error {}

export function segmentHeader(): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  SEGMENT_MARK.copy(header)
  header.writeUInt32LE(FORMAT_VERSION, 8)
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12)
  return header
}

/** What one record takes on disk. */
export function recordBytes(payloadBytes: number): number {
  return RECORD_HEADER_BYTES + payloadBytes
}

export function encodeRecord({ number, at, payload }: JournalRecord): Buffer[] {
  const header = Buffer.alloc(RECORD_HEADER_BYTES)
  RECORD_MARK.copy(header)
  header.writeUInt32LE(payload.byteLength, 8)
  header.writeBigUInt64LE(BigInt(number), 12)
  header.writeDoubleLE(at, 20)
  header.writeUInt32LE(crc32(payload, crc32(header.subarray(CHECKED_FROM))), 4)
  return [header, Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)]
}

/**
 * Every intact record of a segment, in order. The payloads are views of `bytes`.
 * @throws UnknownFormat when a later version wrote it.
 */
export function scanSegment(bytes: Buffer): Scan {
  const scan: Scan = { records: [], damage: [], tornBytes: 0 }
  let offset = headerEnd(bytes, scan)
  while (offset < bytes.byteLength) {
    const record = recordAt(bytes, offset)
    if (record) {
      scan.records.push(record)
      offset += recordBytes(record.payload.byteLength)
      continue
    }
    const next = findRecord(bytes, offset + 1)
    if (next === undefined) {
      if (isTorn(bytes, offset)) scan.tornBytes = bytes.byteLength - offset
      else scan.damage.push({ offset, length: bytes.byteLength - offset })
      break
    }
    scan.damage.push({ offset, length: next - offset })
    offset = next
  }
  return scan
}

function headerEnd(bytes: Buffer, scan: Scan): number {
  const isWhole = bytes.byteLength >= SEGMENT_HEADER_BYTES && crc32(bytes.subarray(0, 12)) === bytes.readUInt32LE(12)
  if (isWhole && bytes.subarray(0, 8).equals(SEGMENT_MARK)) {
    const version = bytes.readUInt32LE(8)
    if (version === FORMAT_VERSION) return SEGMENT_HEADER_BYTES
    throw new UnknownFormat(`The journal was written in format ${version}; this version reads ${FORMAT_VERSION}`)
  }
  const first = findRecord(bytes, 0)
  if (first === undefined && isTornHeader(bytes)) scan.tornBytes = bytes.byteLength
  else scan.damage.push({ offset: 0, length: first ?? bytes.byteLength })
  return first ?? bytes.byteLength
}

function recordAt(bytes: Buffer, offset: number): JournalRecord | undefined {
  const start = offset + RECORD_HEADER_BYTES
  if (start > bytes.byteLength || !bytes.subarray(offset, offset + 4).equals(RECORD_MARK)) return undefined
  const end = start + bytes.readUInt32LE(offset + 8)
  if (end > bytes.byteLength || crc32(bytes.subarray(offset + CHECKED_FROM, end)) !== bytes.readUInt32LE(offset + 4)) return undefined
  return { number: Number(bytes.readBigUInt64LE(offset + 12)), at: bytes.readDoubleLE(offset + 20), payload: bytes.subarray(start, end) }
}

function findRecord(bytes: Buffer, from: number): number | undefined {
  for (let offset = bytes.indexOf(RECORD_MARK, from); offset !== -1; offset = bytes.indexOf(RECORD_MARK, offset + 1)) {
    if (recordAt(bytes, offset)) return offset
  }
  return undefined
}

/** The file ends before the record does, or was lengthened by blocks that were never written. */
function isTorn(bytes: Buffer, offset: number): boolean {
  const rest = bytes.subarray(offset)
  if (rest.every((byte) => byte === 0)) return true
  if (rest.byteLength < RECORD_HEADER_BYTES) return rest.subarray(0, 4).equals(RECORD_MARK.subarray(0, Math.min(4, rest.byteLength)))
  return rest.subarray(0, 4).equals(RECORD_MARK) && rest.readUInt32LE(8) > rest.byteLength - RECORD_HEADER_BYTES
}

function isTornHeader(bytes: Buffer): boolean {
  return bytes.byteLength < SEGMENT_HEADER_BYTES ? segmentHeader().subarray(0, bytes.byteLength).equals(bytes) : bytes.every((byte) => byte === 0)
}
