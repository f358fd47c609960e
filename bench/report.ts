import type { Figure } from './contenders/contender'
import type { Curve } from './measures/growth'
import type { VariantFigures } from './measures/variants'
import { median } from './statistics'
import { medianOf, type Series } from './throughput'

/** One line of the table of results. */
export interface Row {
  what: string
  /** Null: not measured, `why` says so. */
  value: number | null
  unit: '×' | 'ms' | 's' | 'MB' | 'deliveries'
  /** Null: shown for comparison. */
  bar: number | null
  /** `least`: the value must reach the bar; `most`: it must not pass it. */
  sense: 'least' | 'most'
  /** Lowest and highest of the rounds. */
  range?: [number, number]
  why?: string
}

export function ratioRow(what: string, values: readonly number[], bar: number | null): Row {
  return { what, value: median(values), unit: '×', bar, sense: 'least', range: [Math.min(...values), Math.max(...values)] }
}

export function isMet({ value, bar, sense }: Row): boolean | null {
  if (value === null || bar === null) return null
  return sense === 'least' ? value >= bar : value <= bar
}

/** Markdown. */
export function tableOfRows(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const met = isMet(row)
    const measured =
      row.value === null
        ? `not measured: ${row.why}`
        : `${show(row.value, row.unit)}${row.range ? ` (${row.range.map((value) => show(value, row.unit)).join(' – ')})` : ''}`
    return [
      row.what,
      measured,
      row.bar === null ? '' : `${row.sense === 'least' ? '≥' : '≤'} ${show(row.bar, row.unit)}`,
      met === null ? '' : met ? 'pass' : '**FAIL**',
    ]
  })
  return table(['what', 'measured', 'bar', ''], lines)
}

export function tableOfSeries(series: readonly Series[]): string {
  const number = (value: number | undefined, digits: number) => (value === undefined ? '' : value.toFixed(digits))
  const lines = series.map((one) => {
    const pick = (read: (figure: Figure) => number | undefined) => medianOf(one, read)
    const cores = (['generator', 'server', 'postgres', 'others'] as const).map((name) =>
      number(
        pick((figure) => figure.cores[name]),
        2,
      ),
    )
    return [
      one.contender.label,
      number(
        pick((figure) => figure.perSecond),
        0,
      ),
      number(
        pick(({ p50 }) => p50),
        1,
      ),
      number(
        pick(({ p99 }) => p99),
        1,
      ),
      ...cores,
    ]
  })
  return table(['contender', 'per second', 'p50 ms', 'p99 ms', 'generator cores', 'server cores', 'Postgres cores', 'other processes'], lines)
}

/** How it grows. */
export function tableOfCurves(curves: readonly Curve[]): string {
  const lines = curves.flatMap(({ axis, points }) =>
    points.map((point) => [
      `${axis}: ${point.label}`,
      point.perSecond.toFixed(0),
      `${point.ofUsual.toFixed(2)} ×`,
      point.megabytes.toFixed(1),
      point.p50.toFixed(1),
      point.p99.toFixed(1),
    ]),
  )
  return table(['load', 'per second', 'of the usual', 'MB/s of bodies', 'p50 ms', 'p99 ms'], lines)
}

/** Each beside today's way, which comes first under every load. */
export function tableOfVariants(variants: readonly VariantFigures[]): string {
  const by = (read: (turn: VariantFigures['turns'][number]) => number, one: VariantFigures) => {
    const today = variants.find(({ load }) => load === one.load) as VariantFigures
    const ratios = one.turns.map((turn, round) => read(turn) / read(today.turns[round] as typeof turn))
    const range = one === today ? '' : ` (${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)})`
    return `${median(ratios).toFixed(2)} ×${range}`
  }
  const lines = variants.map((one) => [
    one.load,
    one.label,
    median(one.turns.map(({ perSecond }) => perSecond)).toFixed(0),
    by(({ perSecond }) => perSecond, one),
    median(one.turns.map(({ postgresMicros }) => postgresMicros)).toFixed(1),
    by(({ postgresMicros }) => postgresMicros, one),
    median(one.turns.map(({ ownMicros }) => ownMicros)).toFixed(1),
  ])
  return table(['load', 'way', 'rows/s', "÷ today's", 'Postgres µs a row', "÷ today's", 'client µs a row'], lines)
}

export function show(value: number, unit: Row['unit']): string {
  const digits = unit === 'MB' || unit === 'deliveries' || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return unit === '×' ? `${value.toFixed(2)} ×` : `${value.toFixed(digits)} ${unit}`
}

function table(head: string[], lines: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => (line[column] ?? '').length)))
  const draw = (line: string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`
  return [draw(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(draw)].join('\n')
}
