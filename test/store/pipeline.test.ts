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
