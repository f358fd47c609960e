import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Sql } from 'postgres'
import { connect } from '../../src/store/database'
import { holdInstanceLock } from '../../src/store/instance-lock'
import { freshDatabaseUrl } from '../support/database'

let url: string
let clients: Sql[] = []
beforeAll(async () => void (url = await freshDatabaseUrl()))
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end({ timeout: 1 })))
  clients = []
})

/** Another server, as the database sees it. */
function server(): Sql {
  const client = connect(url, 1)
  clients.push(client)
  return client
}

const now = { waitMs: 0 }

describe('the instance lock', () => {
  test('lets one server run on a database, and the next when it has gone', async () => {
    const first = await holdInstanceLock(server(), now)
    expect(holdInstanceLock(server(), now)).rejects.toThrow('Another Linekeeper runs on this database')
    await first.release()
    const second = await holdInstanceLock(server(), now)
    await second.release()
  })

  test('is taken again when its connection breaks', async () => {
    const bus = server()
    const lock = await holdInstanceLock(bus, now)
    const holders = () =>
      bus<
        { pid: number }[]
      >`select pid from pg_locks where locktype = 'advisory' and objid = 727202 and granted and database = (select oid from pg_database where datname = current_database())`
    const [first] = await holders()
    await bus`select pg_terminate_backend(${first?.pid as number})`
    const deadline = Date.now() + 10_000
    let again = await holders()
    while ((again.length === 0 || again[0]?.pid === first?.pid) && Date.now() < deadline) again = await holders()
    expect(again[0]?.pid).toBeGreaterThan(0)
    expect(again[0]?.pid).not.toBe(first?.pid as number)
    await lock.release()
    expect(await holders()).toHaveLength(0)
  }, 15_000)

  test('waits for a server that was killed a moment ago', async () => {
    const killed = await holdInstanceLock(server(), now)
    const waiting = holdInstanceLock(server(), { waitMs: 3_000 })
    await killed.release()
    await (await waiting).release()
  })

  test('lets several servers share a database, but no restore beside them', async () => {
    const one = await holdInstanceLock(server(), { ...now, mode: 'shared' })
    const two = await holdInstanceLock(server(), { ...now, mode: 'shared' })
    expect(holdInstanceLock(server(), { ...now, message: 'stop the servers first' })).rejects.toThrow('stop the servers first')
    await one.release()
    await two.release()
    await (await holdInstanceLock(server(), now)).release()
  })
})
