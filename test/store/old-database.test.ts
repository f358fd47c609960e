import { afterAll, expect, test } from 'bun:test'
import { connect, openDatabase } from '../../src/store/database'
import { freshDatabaseUrl } from '../support/database'

/** A database that calls itself one of this version: what it answers stands before Postgres' own answer in its search path. */
async function databaseOf(version: number): Promise<string> {
  const url = await freshDatabaseUrl()
  const admin = connect(url, 1)
  await admin.unsafe(`
    create schema pretended;
    create function pretended.current_setting(text) returns text language sql as $$ select '${version}' $$;
    alter database ${url.slice(url.lastIndexOf('/') + 1)} set search_path = public, pretended, pg_catalog`)
  await admin.end()
  return url
}

const opened: { close(): Promise<void> }[] = []
afterAll(() => Promise.all(opened.map((one) => one.close())))

test('a Postgres before 15 is refused in a sentence, before anything is written to it', async () => {
  const url = await databaseOf(140_013)
  const admin = connect(url, 1)
  await admin`drop schema drizzle cascade`
  const failure = await openDatabase(url, { write: 1, read: 1 }).then(
    (database) => opened.push(database),
    (cause: unknown) => cause,
  )
  expect(failure).toMatchObject({ name: 'AppError', code: 'unavailable', message: 'Linekeeper needs Postgres 15 or newer; this is 14' })
  const [{ exists } = { exists: true }] = await admin<{ exists: boolean }[]>`select to_regnamespace('drizzle') is not null as exists`
  await admin.end()
  expect(exists).toBe(false)
})

test('Postgres 15 itself will do', async () => {
  const database = await openDatabase(await databaseOf(150_000), { write: 1, read: 1 })
  opened.push(database)
  expect(await database.read`select 1 as one`).toMatchObject([{ one: 1 }])
})
