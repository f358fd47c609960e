import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect, type Database } from '../../src/store/database'
import { holdInstanceLock } from '../../src/store/instance-lock'
import { freshDatabase } from '../support/database'

let db: Database
beforeAll(async () => void (db = await freshDatabase()))
afterAll(() => db.close())

const now = { waitMs: 0 }

describe('the instance lock', () => {
  test('lets one server run on a database, and the next when it has gone', async () => {
    const first = await holdInstanceLock(db.read, now)
    expect(holdInstanceLock(db.write, now)).rejects.toThrow('Another Linekeeper runs on this database')
    await first.release()
    const second = await holdInstanceLock(db.write, now)
    await second.release()
  })

  test('waits for a server that was killed a moment ago', async () => {
    const killed = connect(db.url, 1)
    await holdInstanceLock(killed, now)
    const waiting = holdInstanceLock(db.read, { waitMs: 3_000 })
    await killed.end({ timeout: 0 })
    await (await waiting).release()
  })

  test('lets several servers share a database, but no restore beside them', async () => {
    const one = await holdInstanceLock(db.read, { ...now, mode: 'shared' })
    const two = await holdInstanceLock(db.write, { ...now, mode: 'shared' })
    expect(holdInstanceLock(db.read, { ...now, message: 'stop the servers first' })).rejects.toThrow('stop the servers first')
    await one.release()
    await two.release()
    await (await holdInstanceLock(db.read, now)).release()
  })
})
