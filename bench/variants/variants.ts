/** Ways to write a batch into the five tables of the ledger. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { SQL } from 'bun'
import type { ReservedSql } from 'postgres'
import { bytes } from '../../src/store/binary'
import { type Database, openDatabase } from '../../src/store/database'
import type { Tx } from '../../src/store/ledger'
import { Pipeline } from '../../src/store/pipeline'
import { behind, joined, run, type Statement } from '../../src/store/statement'
import type { Batch } from './batches'
import { BODY_SLICE, bodiesOf, cellOf, fedFrom, rowsetsOf, type Shape, shapesOf, statement, statementsOf, takesBodies, textArrays } from './shape'

export interface Variant {
  id: string
  label: string
  /** Its deliveries have bodies of type jsonb. */
  hasJsonb?: true
  /** Its driver sends nothing ahead. */
  isAlone?: true
  prepare(url: string): Promise<void>
  write(batch: Batch): Promise<unknown>
  close(): Promise<void>
}

/** @param sample tells what the statements look like. */
export function variantsOf(sample: Batch): Variant[] {
  const shapes = shapesOf(sample)
  const todays = (batch: Batch) => inOne(statementsOf(batch))
  return [
    piped('today', 'today: one statement, binary arrays, prepared', (pipeline, batch) => pipeline.single((tx) => run(tx, todays(batch)))),
    piped('separate', 'five statements in one pipelined transaction', (pipeline, batch) =>
      pipeline.transaction(async (tx) => ({ result: undefined, last: statementsOf(batch).map((one) => run(tx, one)) })),
    ),
    piped('text', 'text arrays, bodies in hex', (pipeline, batch) => pipeline.single((tx) => run(tx, inOne(inText(shapes, batch, asHex(batch.rows.bodies)))))),
    piped('unprepared', 'binary arrays, unprepared', (pipeline, batch) => pipeline.single((tx) => unprepared(tx, todays(batch)))),
    piped('json', 'one json parameter per table', (pipeline, batch) => pipeline.single((tx) => run(tx, inOne(inJson(shapes, batch))))),
    copied(shapes),
    bunSql(shapes),
    {
      ...piped('jsonb', 'binary arrays, bodies cast to jsonb', (pipeline, batch) => pipeline.single((tx) => run(tx, inOne(castBodies(batch))))),
      hasJsonb: true,
    },
  ]
}

/** As the committer sends it. */
function inOne(statements: Statement[]): Statement {
  return joined([behind('', 'variant'), ...statements])
}

/** On the write path's own connection, with its settings. */
function piped(id: string, label: string, write: (pipeline: Pipeline, batch: Batch) => Promise<unknown>): Variant {
  let database: Database
  let pipeline: Pipeline
  return {
    id,
    label,
    async prepare(url) {
      database = await openDatabase(url, { write: 1, read: 1 })
      pipeline = new Pipeline(database.write)
    },
    write: (batch) => write(pipeline, batch),
    async close() {
      await pipeline.close()
      await database.close()
    },
  }
}

function unprepared(tx: Tx, { text, values }: Statement): Promise<unknown> {
  return tx.unsafe(text, values as string[], { prepare: false })
}

function inText(shapes: Shape[], batch: Batch, bodies: Statement['values'][number]): Statement[] {
  const rowsets = rowsetsOf(batch)
  return shapes.map((shape, nth) => {
    const rows = rowsets[nth] as object[]
    const arrays = textArrays(shape, rows)
    return statement(shape, shape.text, takesBodies(shape) ? [...arrays, bodies] : arrays, rows)
  })
}

/** The bodies are json already, and stay what they are: texts within it. */
function inJson(shapes: Shape[], batch: Batch): Statement[] {
  const rowsets = rowsetsOf(batch)
  return shapes.map((shape, nth) => {
    const rows = rowsets[nth] as object[]
    const columns = [...shape.columns, { name: 'y', type: 'text' }].map(({ name, type }) => `${name} ${type}`)
    const text = fedFrom(shape, `json_to_recordset($1::text::json) as ${shape.alias}(${columns})`, "convert_to(y, 'UTF8')")
    const bodies = takesBodies(shape) ? bodiesOf(batch) : []
    const objects = takesBodies(shape) ? rows.map((row, at) => ({ ...row, y: bodies[at]?.toString('utf8') })) : rows
    return statement(shape, text, [JSON.stringify(objects)], rows)
  })
}

/** The driver's types know nothing of bytes, which it writes in hex. */
function asHex(bodies: Buffer): string {
  return bodies as unknown as string
}

function castBodies(batch: Batch): Statement[] {
  return statementsOf(batch).map((one) => ({ ...one, text: one.text.replace(BODY_SLICE, `convert_from(${BODY_SLICE}, 'UTF8')::jsonb`) }))
}

/** postgres.js sends nothing behind a COPY before its answer: each of the five costs a round trip or two. */
function copied(shapes: Shape[]): Variant {
  let database: Database
  let connection: ReservedSql
  const names = shapes.map((_, nth) => `copied_${nth}`)
  const merges = shapes.map((shape, nth) => fedFrom(shape, `${names[nth]} as ${shape.alias}`, 'y'))
  return {
    id: 'copy',
    isAlone: true,
    label: 'COPY (text) into temporary tables, then merged',
    async prepare(url) {
      database = await openDatabase(url, { write: 1, read: 1 })
      connection = await database.write.reserve()
      for (const [nth, { columns }] of shapes.entries())
        await connection.unsafe(`create temp table ${names[nth]} (${columns.map(({ name, type }) => `${name} ${type}`)}, y bytea) on commit delete rows`)
    },
    async write(batch) {
      const rowsets = rowsetsOf(batch)
      const begun = connection.unsafe('begin').execute()
      for (const [nth, shape] of shapes.entries()) {
        const rows = rowsets[nth] as object[]
        const fields = [...shape.columns.map(({ name }) => name), ...(takesBodies(shape) ? ['y'] : [])]
        const stream = await connection.unsafe(`copy ${names[nth]} (${fields}) from stdin`).writable()
        await sent(stream, copyText(shape, rows, takesBodies(shape) ? bodiesOf(batch) : []))
      }
      const merge = joined(shapes.map((shape, nth) => statement(shape, merges[nth] as string, [], rowsets[nth] as object[])))
      await Promise.all([begun, run(connection, merge), connection.unsafe('commit')])
    },
    async close() {
      connection.release()
      await database.close()
    },
  }
}

async function sent(stream: Writable, text: string): Promise<void> {
  const done = once(stream, 'finish')
  stream.end(text)
  await done
}

const SPECIAL = /[\\\n\r\t]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function copyText({ columns }: Shape, rows: object[], bodies: Buffer[]): string {
  return rows
    .map((row, nth) => {
      const cells = columns.map((column) => {
        const cell = cellOf(row, column)
        return typeof cell === 'string' ? cell.replace(SPECIAL, (one) => ESCAPES[one] as string) : (cell ?? '\\N')
      })
      const body = bodies[nth]
      return `${cells.join('\t')}${body ? `\t\\\\x${body.toString('hex')}` : ''}\n`
    })
    .join('')
}

/** It sends arrays as text, but takes bytes as they are. */
function bunSql(shapes: Shape[]): Variant {
  let client: SQL
  return {
    id: 'bun',
    label: "Bun's SQL client: text arrays, bodies as bytes",
    async prepare(url) {
      const database = await openDatabase(url, { write: 1, read: 1 })
      client = new SQL(url, { max: 1, connection: database.write.options.connection as Record<string, string> })
      await database.close()
    },
    write(batch) {
      const { text, values } = inOne(inText(shapes, batch, bytes(batch.rows.bodies)))
      return client.unsafe(
        text,
        values.map((value) => (typeof value === 'object' ? value.binary : value)),
      )
    },
    close: () => client.close(),
  }
}
