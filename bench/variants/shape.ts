/**
 * The write path's own statements with their rows taken from elsewhere: the text and the columns of each are read from src/store, so that
 * what is compared stays what is written there.
 */
import { plain, texts } from '../../src/store/columns'
import { insertDeliveries, insertEvents, insertKeys, upsertMessages } from '../../src/store/ledger'
import { pulseOf } from '../../src/store/session-pulse'
import { type SessionRow, writeSessions } from '../../src/store/session-writes'
import type { Statement } from '../../src/store/statement'
import type { Batch } from './batches'

export interface Shape {
  text: string
  mustWrite: boolean
  /** `unnest(…) as r(…)` as it stands in the text. */
  source: string
  alias: string
  columns: { name: string; type: string }[]
}

/** Today's five. */
export function statementsOf({ keys, rows, sessions }: Batch): Statement[] {
  return [
    insertKeys(keys),
    insertEvents(rows.events),
    insertDeliveries(rows.deliveries, rows.bodies),
    upsertMessages(rows.messages),
    ...writeSessions(sessions),
  ]
}

/** The objects behind them, by the names that their columns have in SQL. */
export function rowsetsOf({ keys, rows, sessions }: Batch): object[][] {
  return [keys, rows.events, rows.deliveries, rows.messages, sessions.map(pulseRow)]
}

const pulseRow = (row: SessionRow) => ({ s: row.sessionId, b: row.from, n: row.seq, p: pulseOf(row.fold), l: row.fold.tally.lastEventAt })

/** Where the rows come from, in every statement of the write path. */
const SOURCE = /unnest\(([^()]*)\)\s+as (\w+)\(([^()]*)\)/
/** How a delivery gets its slice of the joined bodies. */
export const BODY_SLICE = 'substr($12::bytea, b, l)'

export function shapesOf(sample: Batch): Shape[] {
  return statementsOf(sample).map(({ text, mustWrite }) => {
    const [source, arrays, alias, names] = SOURCE.exec(text) ?? []
    if (source === undefined || alias === undefined) throw new Error(`No longer fed from unnest:\n${text}`)
    const types = [...(arrays ?? '').matchAll(/::(\w+)\[\]/g)].map(([, type]) => type as string)
    const columns = (names ?? '').split(', ').map((name, nth) => ({ name, type: types[nth] as string }))
    return { text, mustWrite: mustWrite !== undefined, source, alias, columns }
  })
}

/** The statement fed from something else; a delivery's body from a column `y` of that. */
export function fedFrom(shape: Shape, source: string, body: string): string {
  return shape.text.replace(shape.source, () => source).replace(BODY_SLICE, body)
}

export function takesBodies(shape: Shape): boolean {
  return shape.text.includes(BODY_SLICE)
}

export function statement(shape: Shape, text: string, values: Statement['values'], rows: object[]): Statement {
  return shape.mustWrite ? { text, values, mustWrite: rows.length } : { text, values }
}

export type Cell = string | number | boolean | null

/** What a row has in a column, as Postgres reads it from text. */
export function cellOf(row: object, { name, type }: Shape['columns'][number]): Cell {
  const value = (row as Record<string, unknown>)[name]
  return type === 'json' ? JSON.stringify(value) : ((value ?? null) as Cell)
}

/** One array literal per column. */
export function textArrays(shape: Shape, rows: object[]): string[] {
  return shape.columns.map((column) =>
    column.type === 'text' || column.type === 'json' ? texts(rows, (row) => cellOf(row, column) as string | null) : plain(rows, (row) => cellOf(row, column)),
  )
}

/** The body of each delivery, cut from the joined bodies. */
export function bodiesOf({ rows }: Batch): Buffer[] {
  return rows.deliveries.map(({ b, l }) => rows.bodies.subarray(b - 1, b - 1 + l))
}
