import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Sql } from 'postgres'
import { connect } from '../../src/store/database'
import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'
import { startLoad } from './load'
import { TestPostgres } from './postgres'
import { expectAllStored } from './stored'

let postgres: TestPostgres
let server: TestServer
/** Who may do everything, in the server's database and beside it. */
let admin: Sql
let owner: Sql

beforeAll(async () => {
  postgres = await TestPostgres.start()
  owner = connect(postgres.url, 1, { default_transaction_read_only: 'off' })
  // Limits do not hold for superusers.
  await owner`create role app login password 'app'`
  await owner`create database app owner app`
  const url = new URL(postgres.url)
  url.pathname = '/app'
  admin = connect(url.href, 1, { default_transaction_read_only: 'off' })
  await admin`select 1`
  url.username = url.password = 'app'
  server = await startTestServer({ DATABASE_URL: url.href, RATE_LIMIT_STATUS: '100000' })
}, STARTING_MS)
afterAll(async () => {
  await server.stop()
  await admin.end()
  await owner.end()
  await postgres.dispose()
}, STARTING_MS)

interface Ready {
  status: string
  reasons: string[]
  warnings: string[]
  journal: number
}
const ready = async () => (await (await fetch(`${server.url}/readyz`)).json()) as Ready
const drained = () => until(async () => (await ready()).journal === 0, 'the journal to be empty', 30_000)
const cutAll = () => owner`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'`
const message = (session: string, id: string) =>
  wwebjsDelivery(SECRET, session, 'message', {
    message: wwebjsMessage({ id, chat: '5511900000000@c.us', fromMe: false, name: 'Ana', text: id, at: Date.now() }, '5511999999999@c.us'),
  })

/** Load before, during and after a fault: only 2xx, a journal in between, everything stored in the end. */
async function survive(fault: () => Promise<() => Promise<unknown>>): Promise<void> {
  const load = startLoad(server.post, 8)
  await load.more(50)
  const mend = await fault()
  await until(async () => (await ready()).journal > 20, 'the journal to take over', 15_000)
  await load.more(100)
  expect((await ready()).status).toBe('ready')
  await mend()
  await drained()
  await load.more(50)
  await load.stop()
  expect([...load.statuses.keys()]).toEqual([200])
  await drained()
  await expectAllStored(server.database.read, load.acknowledged)
}

describe('deliveries are kept, acknowledged and stored later when the database', () => {
  test('is made read-only', async () => {
    await survive(async () => {
      await admin`alter system set default_transaction_read_only = on`
      await admin`select pg_reload_conf()`
      return async () => {
        await admin`alter system reset default_transaction_read_only`
        await admin`select pg_reload_conf()`
      }
    })
  }, 60_000)

  test('has no connection left', async () => {
    await survive(async () => {
      await owner`alter role app connection limit 0`
      await cutAll()
      return () => owner`alter role app connection limit -1`
    })
  }, 60_000)

  test('stands still behind a lock', async () => {
    await survive(async () => {
      const holding = await admin.reserve()
      await holding`begin`
      await holding`lock table events in access exclusive mode`
      return async () => {
        await holding`rollback`
        holding.release()
      }
    })
  }, 60_000)

  test('lets nobody in any more', async () => {
    await survive(async () => {
      await owner`alter database app with allow_connections false`
      await owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'app' and usename = 'app'`
      return () => owner`alter database app with allow_connections true`
    })
  }, 60_000)
})

describe('a delivery that cannot be decoded', () => {
  test('is kept in the journal too, and is in the quarantine afterwards', async () => {
    const post = (nth: number) => server.post({ session: 'odd', headers: { 'x-api-key': SECRET, 'content-type': 'application/json' }, body: `not JSON ${nth}` })
    expect((await post(0)).status).toBe(200)
    await postgres.stop()
    const answers = await Promise.all([1, 2, 3].map(post))
    for (const answer of answers) expect(await answer.json()).toMatchObject({ ok: true, quarantined: true })
    await postgres.start()
    await drained()
    const rows = await server.database.read<{ body: Buffer }[]>`select id from quarantine where name = 'odd'`
    expect(rows.length).toBe(4)
  }, 60_000)
})

describe('what Postgres refuses', () => {
  test('for its content alone is told to be quarantined', async () => {
    await admin`alter table messages add constraint poison check (text <> 'POISON') not valid`
    const answer = await server.post(message('poison', 'POISON'))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ ok: true, quarantined: true })
    await admin`alter table messages drop constraint poison`
  })

  test('one after the other is our own trouble: 503 and an issue, until something is stored again', async () => {
    expect((await server.post(message('trouble', 'BEFORE'))).status).toBe(200)
    await admin`alter table messages add constraint trouble check (text is null) not valid`
    const statuses: number[] = []
    for (let nth = 0; nth < 8; nth++) statuses.push((await server.post(message('trouble', `TROUBLE${nth}`))).status)
    expect(statuses).toEqual([200, 200, 200, 200, 503, 503, 503, 503])
    const issue = () => server.database.read`select detail from issues where kind = 'writes' and resolved_at is null`
    await until(async () => (await issue()).length === 1, 'the issue')
    expect(await ready()).toMatchObject({ status: 'not ready', reasons: ['The database refuses one delivery after the other'] })
    await admin`alter table messages drop constraint trouble`
    expect((await server.post(message('trouble', 'FINE'))).status).toBe(200)
    expect((await ready()).status).toBe('ready')
    await until(async () => (await issue()).length === 0, 'the issue to be resolved')
  })

  test('because the schema is another is never taken for poison', async () => {
    await admin`alter table events rename column facts to facts_of_tomorrow`
    expect((await server.post(message('schema', 'S1'))).status).toBe(503)
    expect((await ready()).status).toBe('not ready')
    await admin`alter table events rename column facts_of_tomorrow to facts`
    expect((await server.post(message('schema', 'S2'))).status).toBe(200)
    expect((await ready()).status).toBe('ready')
    const [kept] = await server.database.read<{ count: number }[]>`select count(*)::int as count from quarantine where name = 'schema'`
    expect(kept?.count).toBe(0)
  })

  test('of a day without a partition is stored all the same', async () => {
    const [row] = await admin<{ name: string }[]>`select 'events_' || to_char(now() at time zone 'UTC', 'YYYYMMDD') as name`
    await admin.unsafe(`alter table events detach partition ${row?.name}`)
    expect((await server.post(message('stray', 'STRAY'))).status).toBe(200)
    const [stored] = await admin<{ count: number }[]>`select count(*)::int as count from events_default`
    expect(stored?.count).toBe(1)
  })
})

test('connections that are cut again and again under load cost nobody an answer', async () => {
  const load = startLoad(server.post, 8)
  for (let cut = 0; cut < 5; cut++) {
    await load.more(40)
    await cutAll()
  }
  await load.more(40)
  await load.stop()
  expect([...load.statuses.keys()]).toEqual([200])
  await drained()
}, 60_000)
