/** Rows for `unnest`, one array per column: for a JSON recordset Postgres builds a hash table for every object. */
type Cell = string | number | boolean | null | undefined

/** An array literal of values that need no quotes: numbers, booleans, uuids. */
export function plain<R>(rows: readonly R[], cell: (row: R) => Cell): string {
  let text = '{'
  for (let i = 0; i < rows.length; i++) {
    const value = cell(rows[i] as R)
    if (i > 0) text += ','
    text += value === null || value === undefined ? 'NULL' : value
  }
  return `${text}}`
}

/** An array literal of texts. */
export function texts<R>(rows: readonly R[], cell: (row: R) => string | null | undefined): string {
  let text = '{'
  for (let i = 0; i < rows.length; i++) {
    const value = cell(rows[i] as R)
    if (i > 0) text += ','
    text += value === null || value === undefined ? 'NULL' : quoted(value)
  }
  return `${text}}`
}

const SPECIAL = /["\\]/

function quoted(value: string): string {
  return SPECIAL.test(value) ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${value}"`
}
