import { AppError } from '../domain/error'
import { isUuid } from '../domain/id'

/** One page of a longer list. `next` is the cursor of the page after it, null on the last. */
export interface Page<T> {
  data: T[]
  next: string | null
}

/** Where a page ended: the last row's sort instant, in whole microseconds as Postgres keeps it, and its tie-breaker. */
interface Place {
  micros: number
  id: string
}

export function writeCursor(...parts: (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/**
 * Reads a cursor made of `length` parts.
 * @throws AppError `invalid` for anything that writeCursor did not write.
 */
export function readCursor(cursor: string, length: number): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(parts) && parts.length === length && parts.every((part) => typeof part === 'string' || Number.isSafeInteger(part))) return parts
  } catch {
    // Falls through: a cursor that is no JSON is as wrong as one of another shape.
  }
  throw new AppError('invalid', 'The cursor is not one that this server gave: start again without it')
}

/** The cursor of a list whose latest rows come first. */
export const placeOf = ({ micros, id }: Place): string => writeCursor(micros, id)

/**
 * The condition for the rows behind such a cursor.
 * @param idType of the tie-breaker: Postgres would refuse a text that is no uuid as if we had erred.
 * @throws AppError `invalid` for a cursor of another list.
 */
export function isBehind(parameters: Parameters, cursor: string, at: string, id: string, idType: 'uuid' | 'text' = 'uuid'): string {
  const place = readPlace(cursor, idType)
  const moment = microInstant(parameters.add(place.micros))
  // The first half is implied by the second, but only it can rule out partitions.
  return `${at} <= ${moment} and (${at}, ${id}) < (${moment}, ${parameters.add(place.id)}::${idType})`
}

function readPlace(cursor: string, idType: 'uuid' | 'text'): Place {
  const [micros, id] = readCursor(cursor, 2)
  if (typeof micros !== 'number' || typeof id !== 'string' || (idType === 'uuid' && !isUuid(id)))
    throw new AppError('invalid', 'The cursor is not one that this list gave: start again without it')
  return { micros, id }
}

/** Cuts the row that was asked for beyond the limit; its absence means that the list ends here. */
export function toPage<Row, T>(rows: readonly Row[], limit: number, cursorOf: (last: Row) => string, toRecord: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { data: shown.map(toRecord), next: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}

/** A column as milliseconds with microseconds behind the point. */
export const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`

/** A column as whole microseconds, for cursors. */
export const micros = (column: string): string => `(extract(epoch from ${column}) * 1000000)::int8`

/** A parameter in milliseconds as a timestamp. */
export const instant = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`

/** A parameter in microseconds as a timestamp. */
export const microInstant = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000000)`

/** `%` and `_` of a search text mean themselves. */
export function likeText(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** Collects the parameters of one statement and hands out their names. */
export class Parameters {
  readonly values: (string | number | null)[] = []

  add(value: string | number | null): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}
