import { afterAll, expect, test } from 'bun:test'
import { connect } from '../../src/store/database'
import { inTransaction } from '../../src/store/ledger'
import { freshDatabaseUrl } from '../support/database'

const sql = connect(await freshDatabaseUrl(), 3)
// At once: postgres.js waits for the query of a broken connection.
afterAll(() => sql.end({ timeout: 0 }))

test('a transaction whose connection breaks is rejected and its connection forgotten; the process and the pool live on', async () => {
  const unhandled: unknown[] = []
  const note = (cause: unknown) => void unhandled.push(cause)
  process.on('uncaughtException', note)
  for (let round = 0; round < 3; round++) {
    const broken = inTransaction(sql, async (tx) => {
      const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
      const slow = tx`select pg_sleep(5)`.execute()
      await sql`select pg_terminate_backend(${row?.pid as number})`
      await slow
    })
    const cause = await broken.then(
      () => undefined,
      (refused: { code?: string }) => refused,
    )
    expect(['57P01', 'CONNECTION_CLOSED']).toContain(cause?.code ?? 'none')
  }
  await Bun.sleep(50)
  process.off('uncaughtException', note)
  expect(unhandled).toEqual([])
  expect(await inTransaction(sql, (tx) => tx<{ one: number }[]>`select 1 as one`.then(([row]) => row?.one))).toBe(1)
  await expect(inTransaction(sql, (tx) => tx`select 1 / 0`)).rejects.toThrow('division by zero')
})
