import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { encodeRecord, FORMAT_VERSION, type JournalRecord, SEGMENT_HEADER_BYTES, scanSegment, segmentHeader, UnknownFormat } from '../../src/journal/format'
import { bytes } from './support'

const record = (number: number, text = `record ${number}`): JournalRecord => ({ number, at: 1_700_000_000_000.123 + number, payload: bytes(text) })
const segment = (...records: JournalRecord[]) => Buffer.concat([segmentHeader(), ...records.flatMap(encodeRecord)])
const numbers = (content: Buffer) => scanSegment(content).records.map(({ number }) => number)
const three = [record(1), record(2), record(3)]
const whole = segment(...three)

describe('a segment', () => {
  test('gives back what was written, to the microsecond and the byte', () => {
    const { records, damage, tornBytes } = scanSegment(whole)
    expect(records.map(({ number, at }) => ({ number, at }))).toEqual(three.map(({ number, at }) => ({ number, at })))
    expect(records.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['record 1', 'record 2', 'record 3'])
    expect({ damage, tornBytes }).toEqual({ damage: [], tornBytes: 0 })
  })

  test('cut anywhere in its last record loses that record and no other, and says nothing of damage', () => {
    const end = segment(record(1), record(2)).byteLength
    for (let cut = end; cut < whole.byteLength; cut++) {
      const { records, damage, tornBytes } = scanSegment(whole.subarray(0, cut))
      expect(records.map(({ number }) => number)).toEqual([1, 2])
      expect({ cut, damage, tornBytes }).toEqual({ cut, damage: [], tornBytes: cut - end })
    }
  })

  test('cut anywhere in its header is one that was never begun', () => {
    for (let cut = 0; cut < SEGMENT_HEADER_BYTES; cut++) {
      expect(scanSegment(whole.subarray(0, cut))).toEqual({ records: [], damage: [], tornBytes: cut })
    }
  })

  test('whose last block was lengthened but never written ends there', () => {
    const end = segment(record(1)).byteLength
    expect(scanSegment(Buffer.concat([segment(record(1)), Buffer.alloc(4096)]))).toMatchObject({ damage: [], tornBytes: 4096 })
    expect(numbers(whole.subarray(0, end))).toEqual([1])
  })

  test('with any one bit flipped loses one record at most, and never in silence', () => {
    for (let bit = 0; bit < whole.byteLength * 8; bit++) {
      const flipped = Buffer.from(whole)
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
      const { records, damage, tornBytes } = scanSegment(flipped)
      const isHeader = bit < SEGMENT_HEADER_BYTES * 8
      expect(records.length).toBe(isHeader ? 3 : 2)
      expect(damage.length > 0 || tornBytes > 0).toBe(true)
      // Only the length of the very last record cannot be told from one that was never finished.
      if (tornBytes > 0) expect(bit >> 3).toBeGreaterThan(segment(record(1), record(2)).byteLength)
      for (const one of records) expect(new TextDecoder().decode(one.payload)).toBe(`record ${one.number}`)
    }
  })

  test('damaged in the middle gives every other record, whatever the payloads are', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 3, maxLength: 12 })
    fc.assert(
      fc.property(payloads, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 40 }), (all, at, noise) => {
        const records = all.map((payload, nth) => ({ number: nth + 1, at: nth, payload }))
        const content = segment(...records)
        const start = SEGMENT_HEADER_BYTES + (at % (content.byteLength - SEGMENT_HEADER_BYTES))
        const damaged = Buffer.from(content)
        damaged.set(noise.subarray(0, content.byteLength - start), start)
        const found = scanSegment(damaged)
        for (const one of found.records) expect(Buffer.from(one.payload).equals(Buffer.from(all[one.number - 1] as Uint8Array))).toBe(true)
        // Forty bytes can touch three records when two of them are short.
        expect(found.records.length).toBeGreaterThanOrEqual(all.length - 3)
        if (found.records.length < all.length) expect(found.damage.length + found.tornBytes).toBeGreaterThan(0)
      }),
    )
  })

  test('of a later version is not guessed at', () => {
    const later = Buffer.from(whole)
    later.writeUInt32LE(FORMAT_VERSION + 1, 8)
    later.writeUInt32LE(Bun.hash.crc32(later.subarray(0, 12)), 12)
    expect(() => scanSegment(later)).toThrow(UnknownFormat)
  })

  test('that holds the mark of a record within a payload is read right', () => {
    const inner = Buffer.concat(encodeRecord(record(7, 'inner')))
    const content = segment({ number: 1, at: 0, payload: inner }, record(2))
    expect(numbers(content)).toEqual([1, 2])
  })
})
