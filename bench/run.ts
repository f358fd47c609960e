/** `bun run bench`: all figures that the documentation quotes, in one run. README.md beside it says how to read them. */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chartOf } from './chart'
import { isMet, type Row, tableOfCurves, tableOfRows, tableOfSeries, tableOfVariants } from './report'
import { measureAll } from './suite'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'throughput,embedded,pair,pages,live,start,media,growth' },
    events: { type: 'string', default: '10000000' },
    'body-bytes': { type: 'string', default: '1000' },
    connections: { type: 'string', default: '64' },
    sessions: { type: 'string', default: '200' },
  },
})

const startedAt = performance.now()
const progress = (line: string) => console.error(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${line}`)
const result = await measureAll({
  rounds: values.quick ? 3 : Number(values.rounds),
  seconds: values.quick ? 2 : Number(values.seconds),
  connections: Number(values.connections),
  sessions: Number(values.sessions),
  bodyBytes: Number(values['body-bytes']),
  events: Number(values.events),
  parts: new Set(values.only.split(',')),
  progress,
})

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Bun ${Bun.version}, Postgres ${result.postgres}`
console.log(`Measured on ${machine}; generator, server and database on the same machine.\n`)
if (result.series.length > 0) console.log(`${tableOfSeries(result.series)}\n`)
if (result.rows.length > 0) console.log(`${tableOfRows(result.rows)}\n`)
if (result.curves.length > 0) console.log(`${tableOfCurves(result.curves)}\n`)
if (result.variants.length > 0) console.log(`${tableOfVariants(result.variants)}\n`)
for (const note of result.notes) console.log(`- ${note}`)
writeFileSync(
  join(import.meta.dir, 'results.json'),
  `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows: result.rows, curves: result.curves, variants: result.variants, notes: result.notes, series: result.series.map(({ contender, figures }) => ({ id: contender.id, figures })) }, null, 2)}\n`,
)

if (result.series.length > 0) writeFileSync(join(import.meta.dir, 'throughput.svg'), chartOf(result.series, machine))

const failed = result.rows.filter((row: Row) => isMet(row) === false)
process.exit(failed.length > 0 ? 1 : 0)
