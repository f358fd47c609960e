import { heapStats } from 'bun:jsc'
import { afterAll, expect, test } from 'bun:test'
import { Pipeline } from '../../src/store/pipeline'
import { freshDatabase } from '../support/database'

const database = await freshDatabase()
const sql = database.read
await sql`create table things (id int)`
const pipeline = new Pipeline(database.write)
afterAll(async () => {
  await pipeline.close()
  await database.close()
})

const inTransaction = (id: number) =>
  pipeline.transaction(async (tx) => ({ result: id, last: [tx.unsafe('insert into things values ($1)', [id], { prepare: true })] }))
const things = async () => (await sql`select id from things order by id`).map((row) => row.id)

test('a prepared statement that the server has forgotten is never run again outside of its transaction', async () => {
  await inTransaction(1)
  await inTransaction(2)
  await pipeline.single(async (tx) => tx.unsafe('deallocate all'))
  await expect(inTransaction(3)).rejects.toMatchObject({ code: '26000' })
  expect(await things()).toEqual([1, 2])
  await inTransaction(4)
  expect(await things()).toEqual([1, 2, 4])
})

test('a statement that fails leaves nothing behind: a server that meets duplicates does so for years', async () => {
  const arrays = () => {
    Bun.gc(true)
    return heapStats().objectTypeCounts.Array as number
  }
  const failing = () => pipeline.single(async (tx) => tx.unsafe('select 1 / $1::int', [0], { prepare: true })).catch(() => {})
  await failing()
  const before = arrays()
  for (let times = 0; times < 500; times++) await failing()
  expect(arrays() - before).toBeLessThan(50)
})

test('a transaction that stands still is ended in time for those who wait for what it has locked', async () => {
  const other = new Pipeline(database.write)
  const until = Promise.withResolvers<void>()
  const still = pipeline.transaction(async (tx) => {
    await tx.unsafe('select 1 from things where id = 1 for update')
    await until.promise
    return { result: null, last: [] }
  })
  const failed = still.then(
    () => 'committed',
    () => 'failed',
  )
  await Bun.sleep(100)
  const startedAt = performance.now()
  await other.single(async (tx) => tx.unsafe('update things set id = 10 where id = 1'))
  expect(performance.now() - startedAt).toBeLessThan(4_000)
  until.resolve()
  expect(await failed).toBe('failed')
  await other.close()
}, 20_000)
