/** Contenders in turns, so that whatever slows the machine down slows all of them: ratios are made within a round. */
import type { Contender, Figure } from './contenders/contender'
import { median } from './statistics'

export interface Turns {
  rounds: number
  seconds: number
  progress(line: string): void
}

/** Bun compiles hot code anew until some ten thousand requests have come. */
const WARM_UP_SECONDS = 5

export interface Series {
  contender: Contender
  figures: Figure[]
}

/** Every other round goes backwards: nobody always comes after the same one. */
export async function takeTurns(contenders: Contender[], { rounds, seconds, progress }: Turns): Promise<Series[]> {
  const series = contenders.map((contender): Series => ({ contender, figures: [] }))
  // The first run of each warms up its caches, plans and compilers, and counts for nothing.
  for (const { contender } of series) await contender.measure(Math.max(WARM_UP_SECONDS, seconds))
  for (let round = 0; round < rounds; round++) {
    for (const one of round % 2 === 0 ? series : series.toReversed()) {
      const figure = await one.contender.measure(seconds)
      one.figures.push(figure)
      progress(
        `round ${round + 1}/${rounds}  ${one.contender.label}: ${Math.round(figure.perSecond)}/s${figure.p99 === undefined ? '' : `, p99 ${figure.p99.toFixed(1)} ms`}`,
      )
    }
  }
  return series
}

/** One by the other, round by round. */
export function ratios(one: Series, other: Series): number[] {
  return one.figures.map((figure, round) => figure.perSecond / (other.figures[round] as Figure).perSecond)
}

export function medianOf(series: Series, pick: (figure: Figure) => number | undefined): number | undefined {
  const values = series.figures.map(pick).filter((value) => value !== undefined)
  return values.length > 0 ? median(values) : undefined
}
