import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { plural, utc } from '../format'

export interface HistogramBucket {
  from: Instant
  count: number
}

const HEIGHT = 48

/** How many events matched over time; one path of bars. */
export function Histogram({ buckets }: { buckets: readonly HistogramBucket[] }): JSX.Element {
  const first = buckets[0]
  const last = buckets.at(-1)
  const total = buckets.reduce((sum, { count }) => sum + count, 0)
  // Nothing that was counted yet: an empty picture would be a gap.
  if (!first || !last || total === 0) return ''
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${buckets.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${plural(total, 'event')} from ${utc(first.from)} to ${utc(last.from)}`}
    >
      <path d={barsPath(buckets)} />
    </svg>
  )
}

function barsPath(buckets: readonly HistogramBucket[]): string {
  const max = Math.max(1, ...buckets.map(({ count }) => count))
  let path = ''
  buckets.forEach(({ count }, index) => {
    if (count === 0) return
    const height = Math.max(1, Math.round((count / max) * HEIGHT))
    path += `M${index} ${HEIGHT}v-${height}h.8v${height}z`
  })
  return path
}
