import type { Binary } from './binary'
import type { Tx } from './ledger'

/** A prepared statement and what it is given. */
export interface Statement {
  text: string
  values: (string | number | Binary)[]
  /** It fails (see isShort) unless it writes so many rows; its text then ends with `returning 1`. */
  mustWrite?: number
}

export function run(tx: Tx, statement: Statement): Promise<unknown> {
  const { text, values } = statement.mustWrite === undefined ? statement : joined([statement])
  // The driver's types know nothing of Binary.
  return tx.unsafe(text, values as string[], { prepare: true })
}

/** Did a statement fail because it wrote fewer rows than it must? */
export function isShort(cause: unknown): boolean {
  return (cause as { code?: unknown } | null)?.code === DIVISION_BY_ZERO
}

/** The cheapest way to make a statement fail on what it found, without a function in the database. */
const DIVISION_BY_ZERO = '22012'

/**
 * Lets the statement that it is part of fail (see isShort) unless the one named `after` was the last that succeeded on its connection;
 * with `after` empty it never does. What a failed statement has set is undone with it.
 */
export function behind(after: string, name: string): Statement {
  return { text: BEHIND, values: [after, name], mustWrite: 1 }
}

const BEHIND = `
select set_config('linekeeper.statement', $2::text, false) where $1::text = '' or current_setting('linekeeper.statement', true) = $1::text`

const texts = new Map<string, string>()

/**
 * Writes of different rows as one statement: each a common table expression, all of them or none. What a statement costs
 * besides its rows (a plan to set up, a message to read, an answer to wait for) is then paid once.
 */
export function joined(writes: readonly Statement[]): Statement {
  const values = writes.flatMap((write) => (write.mustWrite === undefined ? write.values : [...write.values, write.mustWrite]))
  const name = writes.map((write) => numberOf(write.text)).join()
  let text = texts.get(name)
  if (text === undefined) texts.set(name, (text = joinedText(writes)))
  return { text, values }
}

function joinedText(writes: readonly Statement[]): string {
  const parts: string[] = []
  const checks: string[] = []
  let taken = 0
  for (const { text, values, mustWrite } of writes) {
    const from = taken
    const name = `w${parts.length}`
    parts.push(`${name} as (${text.replace(/\$(\d+)/g, (_, nth: string) => `$${Number(nth) + from}`).trim()})`)
    taken += values.length
    if (mustWrite !== undefined) checks.push(`1 / ((select count(*) from ${name}) = $${++taken}::text::int)::int`)
  }
  return `with ${parts.join(', ')} select ${checks.join(', ') || '1'}`
}

/** Texts are compared by a number of their own: they are few, long, and always the same. */
const numbers = new Map<string, number>()

function numberOf(text: string): number {
  let number = numbers.get(text)
  if (number === undefined) numbers.set(text, (number = numbers.size))
  return number
}
