import type { Database } from '../../src/store/database'
import { unpackBody } from '../../src/store/packing'

/** Every value of every table as one text, bodies unpacked: what is not in here did not come to rest. */
export async function dumpOf({ read }: Database): Promise<string> {
  const tables = await read<{ name: string }[]>`
    select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`
  const texts: string[] = []
  for (const { name } of tables) {
    for (const row of await read.unsafe<Record<string, unknown>[]>(`select * from ${name}`)) {
      for (const [column, value] of Object.entries(row)) texts.push(textOf(column, value))
    }
  }
  return texts.join('\n')
}

function textOf(column: string, value: unknown): string {
  if (!(value instanceof Uint8Array)) return JSON.stringify(value)
  return column === 'body' ? Buffer.from(unpackBody(value)).toString('utf8') : Buffer.from(value).toString('latin1')
}
