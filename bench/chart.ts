/** The throughput of all contenders as an SVG that stands by itself, in light and dark. */
import { median } from './statistics'
import { medianOf, type Series } from './throughput'

const WIDTH = 760
const LABELS = 300
const ROW = 34
const TOP = 44
const VALUES = 70

const STYLE = `
text{font:13px system-ui,sans-serif;fill:#1f2933}.title{font-size:15px;font-weight:600}.value{font-variant-numeric:tabular-nums}
.bar{fill:#9fb3c8}.ours{fill:#1f9d6b}.range{stroke:#1f2933;stroke-width:1.5}.note{font-size:11px;fill:#627d98}
@media(prefers-color-scheme:dark){text{fill:#e4e7eb}.bar{fill:#486581}.range{stroke:#e4e7eb}.note{fill:#9fb3c8}}`

/** Bars are medians; the thin line goes from the slowest to the fastest round. */
export function chartOf(series: readonly Series[], about: string): string {
  const rates = series.map(({ figures }) => figures.map(({ perSecond }) => perSecond))
  const most = Math.max(...rates.flat())
  const x = (rate: number) => LABELS + (rate / most) * (WIDTH - LABELS - VALUES)
  const bars = series.map((one, nth) => {
    const y = TOP + nth * ROW
    const all = rates[nth] as number[]
    const middle = median(all)
    const isOurs = one.contender.id === 'linekeeper'
    return [
      `<text x="${LABELS - 10}" y="${y + 17}" text-anchor="end">${escapeText(one.contender.label)}</text>`,
      `<rect class="${isOurs ? 'ours' : 'bar'}" x="${LABELS}" y="${y + 3}" width="${(x(middle) - LABELS).toFixed(1)}" height="${ROW - 14}" rx="3"/>`,
      `<line class="range" x1="${x(Math.min(...all)).toFixed(1)}" x2="${x(Math.max(...all)).toFixed(1)}" y1="${y + 13}" y2="${y + 13}"/>`,
      `<text class="value" x="${(x(Math.max(...all)) + 8).toFixed(1)}" y="${y + 17}">${Math.round(medianOf(one, ({ perSecond }) => perSecond) ?? 0).toLocaleString('en')}</text>`,
    ].join('')
  })
  const height = TOP + series.length * ROW + 26
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Webhooks a second, by contender"><style>${STYLE}</style><text class="title" x="16" y="24">Webhooks a second, proved and on disk before the answer</text>${bars.join('')}<text class="note" x="16" y="${height - 10}">${escapeText(about)}</text></svg>\n`
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
