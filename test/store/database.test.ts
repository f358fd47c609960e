import { afterAll, expect, test } from 'bun:test'
import { listPartitions } from '../../src/store/partitions'
import { freshDatabase } from '../support/database'

const database = await freshDatabase()
afterAll(() => database.close())

test('a fresh database has day partitions from yesterday to a week ahead, and a default one', async () => {
  const partitions = await listPartitions(database.read)
  expect(partitions.filter((p) => p.table === 'events' && p.day !== null)).toHaveLength(9)
  expect(partitions.filter((p) => p.table === 'deliveries' && p.day === null)).toHaveLength(1)
})
