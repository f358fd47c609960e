import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Binary, bigints, booleans, bytes, doubles, ints, jsons, texts, uuids } from '../../src/store/binary'
import { run } from '../../src/store/statement'
import { freshDatabase } from '../support/database'

const database = await freshDatabase()
const sql = database.write
afterAll(() => database.close())

/** What Postgres understands, as its own text. */
async function understood(type: string, column: Binary): Promise<(string | null)[]> {
  const rows = (await run(sql, { text: `select v::text from unnest($1::${type}[]) as r(v)`, values: [column] })) as { v: string | null }[]
  return rows.map(({ v }) => v)
}

const orNull = <T>(values: fc.Arbitrary<T>) => fc.array(fc.option(values), { maxLength: 20 })
const same = <T>(value: T) => value

/** Columns as they are written, and as Postgres reads them back. */
function roundTrip<T>(
  type: string,
  values: fc.Arbitrary<T>,
  write: (rows: (T | null)[], cell: (row: T | null) => T | null) => Binary,
  text: (value: T) => string,
) {
  return fc.assert(
    fc.asyncProperty(orNull(values), async (rows) => {
      expect(await understood(type, write(rows, same))).toEqual(rows.map((row) => (row === null ? null : text(row))))
    }),
    { numRuns: 50 },
  )
}

test('uuids', () => roundTrip('uuid', fc.uuid(), uuids, String))
test('bigints, whole numbers up to 2^53 of both signs', () => roundTrip('bigint', fc.maxSafeInteger(), bigints, String))
test('ints', () => roundTrip('int', fc.integer(), ints, String))
test('booleans', () => roundTrip('boolean', fc.boolean(), booleans, String))
test('texts, whatever stands in them', () =>
  roundTrip(
    'text',
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
    texts,
    String,
  ))

test('doubles come back as the very same number', () =>
  fc.assert(
    fc.asyncProperty(orNull(fc.double({ noNaN: true })), async (rows) => {
      const read = await understood('float8', doubles(rows, same))
      expect(read.map((value) => (value === null ? null : Number(value)))).toEqual(rows)
    }),
    { numRuns: 50 },
  ))

test('json', async () => {
  expect(await understood('json', jsons([{ a: 1 }, [], 'ü"\\', null], same))).toEqual(['{"a":1}', '[]', '"ü\\"\\\\"', 'null'])
})

test('bytes, every value of them', async () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
  const [row] = (await run(sql, { text: 'select $1::bytea as b', values: [bytes(all)] })) as { b: Uint8Array }[]
  expect([...(row?.b ?? [])]).toEqual([...all])
})

test('what is no uuid is refused before it is sent', () => {
  for (const wrong of ['', 'x', '0190c2d4-7e3f-7a1b-8c4d-5e6f7a8b9c0', '0190c2d4-7e3f-7a1b-8c4d-5e6f7a8b9c0g', '0190c2d4-7e3f-7a1b-8c4d-5e6f7a8b9cü1']) {
    expect(() => uuids([wrong], same)).toThrow('hexadecimal')
  }
})

test('lone surrogates become the replacement character, as everywhere', async () => {
  expect(await understood('text', texts(['a\uD800b'], same))).toEqual(['a\uFFFDb'])
})
