import { afterAll, expect, test } from 'bun:test'
import { createServer, connect as dial } from 'node:net'
import { type Database, openDatabase } from '../../src/store/database'
import { freshDatabaseUrl } from '../support/database'

/** What Postgres answers to whoever connects while it recovers from a crash. */
const STARTING_UP = (() => {
  const fields = ['SFATAL', 'VFATAL', 'C57P03', 'Mthe database system is starting up'].map((field) => `${field}\0`).join('')
  const message = Buffer.alloc(5 + fields.length + 1)
  message.write('E', 0)
  message.writeInt32BE(4 + fields.length + 1, 1)
  message.write(fields, 5)
  return message
})()

let database: Database | undefined
afterAll(() => database?.close())

test('a Postgres that is starting up is waited for', async () => {
  const real = new URL(await freshDatabaseUrl())
  let refusals = 0
  const door = createServer((client) => {
    client.on('error', () => {})
    if (refusals < 3) {
      refusals++
      client.once('data', () => client.end(STARTING_UP))
      return
    }
    const server = dial(Number(real.port || 5432), real.hostname)
    server.on('error', () => client.destroy())
    client.pipe(server).pipe(client)
  })
  await new Promise<void>((listening) => door.listen(0, '127.0.0.1', listening))
  const url = new URL(real)
  url.host = `127.0.0.1:${(door.address() as { port: number }).port}`
  database = await openDatabase(url.href, { write: 1, read: 1 })
  const [row] = await database.read<{ one: number }[]>`select 1 as one`
  expect(row?.one).toBe(1)
  expect(refusals).toBe(3)
  await database.close()
  door.close()
}, 30_000)
