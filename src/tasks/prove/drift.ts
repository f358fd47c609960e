/** The arithmetic of a soak. Pure. */

export interface Sample {
  /** Seconds since the load began. */
  at: number
  memoryBytes: number
  /** Of the deliveries since the sample before, in milliseconds. */
  p99Ms: number
}

export interface Drift {
  /** What the memory grew by over the run, as a straight line through it says, relative to where that line begins. */
  memoryGrowth: number
  memoryBytesPerHour: number
  /** Median of the last third of the p99s relative to that of the first third, less one. */
  p99Drift: number
  isFlat: boolean
}

export const MOST_DRIFT = 0.1

/** How long a server warms up: its first requests are compiled, caches and pools fill. */
const WARM_UP = 0.15

/** @throws RangeError when there are too few samples to say anything. */
export function driftOf(samples: readonly Sample[]): Drift {
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP))
  if (warm.length < 6) throw new RangeError(`${samples.length} samples say nothing about a drift`)
  const { slope, start } = lineThrough(warm.map(({ at, memoryBytes }) => [at, memoryBytes]))
  const lasted = (warm.at(-1) as Sample).at - (warm[0] as Sample).at
  const third = Math.floor(warm.length / 3)
  const p99s = warm.map(({ p99Ms }) => p99Ms)
  const memoryGrowth = (slope * lasted) / start
  const p99Drift = median(p99s.slice(-third)) / median(p99s.slice(0, third)) - 1
  return { memoryGrowth, memoryBytesPerHour: slope * 3_600, p99Drift, isFlat: memoryGrowth < MOST_DRIFT && p99Drift < MOST_DRIFT }
}

/** Least squares. `start` is where the line stands at the first point. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): { slope: number; start: number } {
  const meanX = mean(points.map(([x]) => x))
  const meanY = mean(points.map(([, y]) => y))
  let above = 0
  let below = 0
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY)
    below += (x - meanX) ** 2
  }
  const slope = below === 0 ? 0 : above / below
  return { slope, start: meanY + slope * ((points[0]?.[0] ?? 0) - meanX) }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
