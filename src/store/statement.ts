import type { Tx } from './ledger'

/** A prepared statement and what it is given. */
export interface Statement {
  text: string
  values: (string | number | Buffer)[]
}

export function run(tx: Tx, { text, values }: Statement): Promise<unknown> {
  return tx.unsafe(text, values, { prepare: true })
}

/**
 * Writes of different tables as one statement: each a common table expression, all of them or none. What a statement costs
 * besides its rows (a plan to set up, a message to read) is then paid once.
 * @param last may say by its own `select` whether all went well.
 */
export function joined(writes: Statement[], last: Statement): Statement {
  const values = [...writes, last].flatMap((one) => one.values)
  let taken = 0
  const numbered = ({ text, values: own }: Statement) => {
    const from = taken
    taken += own.length
    return text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + from}`).trim()
  }
  const parts = writes.map((write, nth) => `w${nth} as (${numbered(write)})`)
  return { text: `with ${parts.join(', ')}, ${numbered(last).replace(/^with /, '')}`, values }
}

const texts = new Map<string, string>()

/** The text of a join depends only on which writes it has: made once for each combination. */
export function joinedOnce(name: string, writes: Statement[], last: Statement): Statement {
  const known = texts.get(name)
  if (known !== undefined) return { text: known, values: [...writes, last].flatMap((one) => one.values) }
  const made = joined(writes, last)
  texts.set(name, made.text)
  return made
}
