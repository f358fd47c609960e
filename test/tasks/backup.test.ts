import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { findSchema, listTables, writeBackup } from '../../src/store/backup'
import type { Database } from '../../src/store/database'
import { ensurePartitions, listPartitions } from '../../src/store/partitions'
import { checkBackup, restoreBackup } from '../../src/store/restore'
import { addSecret } from '../../src/store/secrets'
import { insertSource, listSources } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { freshDatabase } from '../support/database'

const DAY = 86_400_000
const TODAY = Math.floor(Date.now() / DAY) * DAY
const NOW = new Date(TODAY + 1234)
const SESSION = '33333333-3333-4333-8333-333333333333'
const AWKWARD = 'tab\t nl\n cr\r bs\\ \\N \\. quote\' " ümläut 🔑 \u0001 ‮rtl\n\\.\n'
const vault = new Vault(new Uint8Array(32).fill(4))

let source: Database
let folder: string
let file: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linekeeper-backup-'))
  file = join(folder, 'full.lkb')
  source = await freshDatabase()
  await fill(source.write)
  await writeBackup(source.read, file, NOW)
})
afterAll(async () => {
  await source.close()
  rmSync(folder, { recursive: true })
})

/** A bit of everything that might not survive: bytes, odd text, JSON, days long past, days without a partition. */
async function fill(sql: Sql): Promise<void> {
  const { id } = await insertSource(sql, { slug: 'shop', label: AWKWARD, provider: 'waha', schemes: [{ scheme: 'api-key', header: 'x-api-key' }] }, TODAY)
  await addSecret(sql, vault, id, TODAY, 'a top secret of tests')
  await ensurePartitions(sql, TODAY - 300 * DAY)
  for (const day of [TODAY, TODAY - 300 * DAY, TODAY - 900 * DAY]) {
    for (let i = 0; i < 40; i++) {
      const at = new Date(day + i * 1000)
      const key = Bun.randomUUIDv7('hex', at.getTime())
      const body = crypto.getRandomValues(new Uint8Array(i === 7 ? 65_536 : i * 50))
      await sql`insert into deliveries (session_id, received_at, id, source_id, path, address, headers, body, scheme) values (${SESSION}, ${at}, ${key}, ${id}, ${AWKWARD}, '::1', '{"a":"\\\\u0000"}', ${body as Buffer}, 'none')`
      await sql`insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, text, body_size, facts)
        values (${SESSION}, ${at}, ${key}, ${i}, ${id}, ${key}, 'other', 'x', ${new Date(at.getTime() - 1)}, ${AWKWARD}, 1, ${'{"b": 9007199254740993, "b": "\\ud800", "z":  1.0}'}::text::json)`
    }
  }
  await sql`insert into settings (key, value) values ('odd', '{"n": 12345678901234567890.000000001}'::text::jsonb)`
}

/** Every row of every table as text, in one order. */
async function contents(sql: Sql): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {}
  for (const table of await listTables(sql)) {
    const rows = await sql.unsafe<{ row: string }[]>(`select t::text as row from ${table} t order by 1`)
    all[table] = rows.map(({ row }) => row)
  }
  return all
}

async function damage(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  const path = join(folder, name)
  writeFileSync(path, change(readFileSync(file)))
  return path
}

describe('a backup', () => {
  test('restored into an empty database gives every row of every table back, byte for byte', async () => {
    const target = await freshDatabase()
    const done: string[] = []
    await restoreBackup(target.write, file, { done: (table) => void done.push(`${table.name} ${table.rows}`) })
    expect(await contents(target.read)).toEqual(await contents(source.read))
    expect(done).toContain('deliveries 120')
    expect((await listSources(target.read, vault))[0]?.secrets[0]?.value).toBe('a top secret of tests')
    const days = async (db: Database) => (await listPartitions(db.read)).map((partition) => partition.name)
    expect(await days(target)).toEqual(await days(source))
    await target.close()
  })

  test('is of one instant, though events come in while it is written', async () => {
    const path = join(folder, 'moment.lkb')
    let late = Promise.resolve()
    const tables = await writeBackup(source.read, path, NOW, ({ name }) => {
      if (name !== 'calls') return
      late = source.write`insert into settings (key, value) values ('late', '1')`.then(() => {})
    })
    await late
    expect(tables.find((table) => table.name === 'settings')?.rows).toBe(1)
    await source.write`delete from settings where key = 'late'`
  })

  test('is readable by its owner only, and holds no secret in clear', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { header, tables } = await checkBackup(file)
    expect(header).toMatchObject({ createdAt: NOW.toISOString(), schema: (await findSchema(source.read)) as string })
    expect(tables.find((table) => table.name === 'events')?.rows).toBe(120)
    const target = await freshDatabase()
    await restoreBackup(target.write, file)
    expect(JSON.stringify(await contents(target.read))).not.toContain('a top secret of tests')
    await target.close()
  })

  test('is refused by a database that is not empty, unless it may replace everything', async () => {
    const target = await freshDatabase()
    await target.write`insert into settings (key, value) values ('mine', '1')`
    expect(restoreBackup(target.write, file)).rejects.toThrow('The database is not empty (there are rows in "settings")')
    await restoreBackup(target.write, file).catch(() => {})
    expect(await target.read`select key from settings`).toEqual([{ key: 'mine' }] as never)
    await restoreBackup(target.write, file, { force: true })
    expect(await contents(target.read)).toEqual(await contents(source.read))
    await target.close()
  })

  test('that is damaged anywhere is refused, and nothing is changed', async () => {
    const target = await freshDatabase()
    const before = await contents(target.read)
    const size = statSync(file).size
    const paths = [
      await damage('empty', () => Buffer.alloc(0)),
      await damage('text', () => Buffer.from('hello')),
      await damage('torn', (bytes) => bytes.subarray(0, size - 3)),
      await damage('half', (bytes) => bytes.subarray(0, size >> 1)),
    ]
    for (const part of [0.0005, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999]) {
      paths.push(
        await damage(`bent-${part}`, (bytes) => {
          const at = Math.floor(size * part)
          bytes[at] = (bytes[at] as number) ^ 0xff
          return bytes
        }),
      )
    }
    for (const path of paths) {
      const failure = await restoreBackup(target.write, path).catch((error: Error) => error)
      expect(failure).toBeInstanceOf(Error)
    }
    expect(await contents(target.read)).toEqual(before)
    await target.close()
  })

  test('of another schema is refused with what to do', async () => {
    const target = await freshDatabase()
    await target.write`update drizzle.__drizzle_migrations set hash = 'other'`
    expect(restoreBackup(target.write, file)).rejects.toThrow('restore it with the version of Linekeeper that wrote it')
    await target.close()
  })

  test('that could not be written leaves no file behind', async () => {
    const path = join(folder, 'missing', 'x.lkb')
    expect(writeBackup(source.read, path, NOW)).rejects.toThrow('ENOENT')
  })
})
