import { afterAll, describe, expect, test } from 'bun:test'
import { connect } from '../../src/store/database'
import { createJobLocks } from '../../src/store/job-lock'
import { freshDatabase } from '../support/database'

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())

describe('the lock of a job', () => {
  test('of several instances one runs a job at a time, and another the next time', async () => {
    const [here, there] = [createJobLocks(sql), createJobLocks(sql)]
    expect(await here.hold('count', () => there.hold('count', async () => 'both'))).toBeUndefined()
    expect(await there.hold('count', async () => 'there')).toBe('there')
    await Promise.all([here.close(), there.close()])
  })

  test('jobs that run at once need no connection of the pool for their locks', async () => {
    const small = connect(database.url, 1)
    const locks = createJobLocks(small)
    const told = await Promise.all(['one', 'two', 'three'].map((name) => locks.hold(name, async () => (await small`select ${name} as name`)[0]?.name)))
    expect(told).toEqual(['one', 'two', 'three'])
    await Promise.all([locks.close(), small.end()])
  })

  test('a job goes on when the connection of its lock breaks, and can be run again', async () => {
    const locks = createJobLocks(sql)
    const breakIt = () => sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and objid = hashtext('sweep')::oid`
    const first = await locks.hold('sweep', async () => {
      expect(await breakIt()).toHaveLength(1)
      return 'done'
    })
    expect(first).toBe('done')
    let again: string | undefined
    for (let tries = 0; again === undefined && tries < 50; tries++)
      again = await locks.hold('sweep', async () => 'again').catch(() => Bun.sleep(20).then(() => undefined))
    expect(again).toBe('again')
    await locks.close()
  })
})
