import { describe, expect, test } from 'bun:test'
import { driftOf, lineThrough, median, type Sample } from '../../src/tasks/prove/drift'

const MEBIBYTE = 1 << 20

/** An hour, a sample per minute. */
const hour = (memoryMib: (minute: number) => number, p99Ms: (minute: number) => number): Sample[] =>
  Array.from({ length: 60 }, (_, minute) => ({ at: minute * 60, memoryBytes: memoryMib(minute) * MEBIBYTE, p99Ms: p99Ms(minute) }))

describe('a soak', () => {
  test('is flat when memory and p99 go up and down about the same place', () => {
    const drift = driftOf(
      hour(
        (minute) => 120 + 10 * Math.sin(minute),
        (minute) => 5 + Math.cos(minute * 2),
      ),
    )
    expect(drift.isFlat).toBe(true)
    expect(Math.abs(drift.memoryGrowth)).toBeLessThan(0.05)
    expect(Math.abs(drift.p99Drift)).toBeLessThan(0.1)
  })

  test('tells a leak of half a megabyte a minute', () => {
    const drift = driftOf(
      hour(
        (minute) => 100 + minute / 2 + 5 * Math.sin(minute),
        () => 5,
      ),
    )
    expect(drift.isFlat).toBe(false)
    expect(drift.memoryBytesPerHour / MEBIBYTE).toBeCloseTo(30, -1)
    expect(drift.memoryGrowth).toBeGreaterThan(0.2)
  })

  test('tells latency that creeps up, and not one bad minute', () => {
    const creeping = driftOf(
      hour(
        () => 100,
        (minute) => 5 + minute / 20,
      ),
    )
    expect(creeping.isFlat).toBe(false)
    expect(creeping.p99Drift).toBeGreaterThan(0.2)
    const hiccup = driftOf(
      hour(
        () => 100,
        (minute) => (minute === 50 ? 500 : 5),
      ),
    )
    expect(hiccup).toMatchObject({ isFlat: true, p99Drift: 0 })
  })

  test('forgives what a server takes while it warms up, and what it gives back', () => {
    const warm = hour(
      (minute) => (minute < 9 ? 50 + minute * 10 : 140),
      (minute) => (minute < 9 ? 40 : 5),
    )
    expect(driftOf(warm)).toMatchObject({ isFlat: true, memoryGrowth: 0, p99Drift: 0 })
    expect(
      driftOf(
        hour(
          (minute) => 200 - minute,
          () => 5,
        ),
      ).isFlat,
    ).toBe(true)
  })

  test('says nothing when it was too short', () => {
    expect(() =>
      driftOf(
        hour(
          () => 1,
          () => 1,
        ).slice(0, 6),
      ),
    ).toThrow(RangeError)
  })
})

test('a line through points is the one that they lie on', () => {
  expect(
    lineThrough([
      [10, 7],
      [20, 9],
      [30, 11],
    ]),
  ).toEqual({ slope: 0.2, start: 7 })
  expect(
    lineThrough([
      [5, 3],
      [5, 5],
    ]),
  ).toEqual({ slope: 0, start: 4 })
})

test('a median is in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})
