/**
 * The last 60 minutes as a line. 500 of these are drawn per page, so: one path, relative integer steps, and equal
 * neighbours merged into one horizontal stroke; text rather than JSX, for there are only numbers in it. The viewBox is 59 units wide and stretched by the stylesheet.
 */
import { number, plural } from '../format'

const HEIGHT = 24
/** "l1 -5" for every possible step, made once. */
const STEPS = Array.from({ length: 2 * HEIGHT + 1 }, (_, index) => {
  const dy = index - HEIGHT
  return dy < 0 ? `l1${dy}` : `l1 ${dy}`
})

export function Sparkline({ activity }: { activity: number[] }): JSX.Element {
  return `<svg class="spark" viewBox="0 0 59 28" preserveAspectRatio="none" role="img" aria-label="${inWords(activity)}"><path d="${linePath(activity)}"/></svg>`
}

export function linePath(values: readonly number[]): string {
  let max = 1
  for (const value of values) if (value > max) max = value
  let last = heightOf(values[0] ?? 0, max)
  let path = `M0 ${HEIGHT + 2 - last}`
  let flat = 0
  for (let index = 1; index < values.length; index++) {
    const next = heightOf(values[index] ?? 0, max)
    if (next === last) {
      flat++
      continue
    }
    if (flat > 0) path += `h${flat}`
    flat = 0
    path += STEPS[last - next + HEIGHT]
    last = next
  }
  return flat > 0 ? `${path}h${flat}` : path
}

/** "120 events in the last hour, none in the last 4 minutes". */
export function inWords(values: readonly number[]): string {
  let total = 0
  for (const value of values) total += value
  if (total === 0) return 'No events in the last hour'
  let silent = 0
  while (silent < values.length && values[values.length - 1 - silent] === 0) silent++
  const events = `${plural(total, 'event')} in the last hour`
  return silent > 1 ? `${events}, none in the last ${number(silent)} minutes` : events
}

/** Anything but zero must be seen to be there. */
function heightOf(value: number, max: number): number {
  return value <= 0 ? 0 : Math.max(2, Math.round((value / max) * HEIGHT))
}
