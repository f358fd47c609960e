import type { Writable } from 'node:stream'
import type { Sql, TransactionSql } from 'postgres'
import { AppError } from '../domain/error'
import { DAY_MS } from '../domain/time'
import { findSchema, listTables, type TableDone } from './backup'
import { type BackupHeader, type Frame, parseFrame, readFrames, type TableEnd, type TableStart, TableSum } from './backup-file'
import { listPartitions, PARTITIONED, partitionName } from './partitions'

/**
 * Reads a whole backup and checks every count and checksum, without a database.
 * @throws AppError `invalid` with what is wrong.
 */
export async function checkBackup(path: string): Promise<{ header: BackupHeader; tables: TableDone[] }> {
  const tables: TableDone[] = []
  const header = await walk(path, async (start) => ({
    take: async () => {},
    end: async (end) => void tables.push({ name: start.name, ...end }),
  }))
  return { header, tables }
}

/**
 * Puts a backup into an empty database, in one transaction: after any failure everything is as it was. `force` empties the
 * database first.
 * @throws AppError `conflict` when the database is not empty or of another schema, `invalid` when the file is damaged.
 */
export async function restoreBackup(sql: Sql, path: string, options: { force?: boolean; done?: (table: TableDone) => void } = {}): Promise<void> {
  const { header } = await checkBackup(path)
  await sql.begin(async (tx) => {
    await checkSchema(tx, header, path)
    await empty(tx, options.force ?? false)
    await createPartitions(tx, header)
    await walk(path, (start) => copyIn(tx, start, options.done ?? (() => {})))
  })
}

interface Sink {
  take(text: Uint8Array): Promise<void>
  end(end: TableEnd): Promise<void>
}

/** Goes through the file, checks it, and hands each table's COPY text to the sink that `begin` returns for it. */
async function walk(path: string, begin: (start: TableStart) => Promise<Sink>): Promise<BackupHeader> {
  let header: BackupHeader | undefined
  let current: { start: TableStart; sink: Sink; sum: TableSum } | undefined
  const seen: string[] = []
  for await (const next of readFrames(path)) {
    if (next.kind === 'H') header = parseFrame<BackupHeader>(next)
    else if (next.kind === 'T') {
      const start = parseFrame<TableStart>(next)
      current = { start, sink: await begin(start), sum: new TableSum() }
    } else if (next.kind === 'D' && current) {
      const text = await decompress(next, path, current.start.name)
      current.sum.add(text)
      await current.sink.take(text)
    } else if (next.kind === 'E' && current) {
      const [told, found] = [parseFrame<TableEnd>(next), current.sum.end()]
      if (told.sha256 !== found.sha256 || told.rows !== found.rows) throw damaged(path, current.start.name, 'its checksum does not fit')
      await current.sink.end(found)
      seen.push(current.start.name)
      current = undefined
    }
  }
  if (!header || seen.join() !== header.tables.join()) throw new AppError('invalid', `${path} is damaged: not all of its tables are in it`)
  return header
}

async function decompress(piece: Frame, path: string, table: string): Promise<Uint8Array> {
  try {
    return await Bun.zstdDecompress(piece.content)
  } catch {
    throw damaged(path, table, 'a piece of it cannot be unpacked')
  }
}

const damaged = (path: string, table: string, why: string) => new AppError('invalid', `${path} is damaged in the table "${table}": ${why}. Nothing was changed`)

async function checkSchema(tx: TransactionSql, header: BackupHeader, path: string): Promise<void> {
  if ((await findSchema(tx)) === header.schema) return
  throw new AppError(
    'conflict',
    `${path} is of another version of the schema: restore it with the version of Linekeeper that wrote it (${header.createdAt}), then upgrade`,
  )
}

async function empty(tx: TransactionSql, force: boolean): Promise<void> {
  const tables = await listTables(tx)
  // Nobody writes from here on, until the end of the transaction.
  await tx.unsafe(`lock table ${tables.map((name) => `"${name}"`).join(', ')} in access exclusive mode`)
  if (force) {
    await tx.unsafe(`truncate ${tables.map((name) => `"${name}"`).join(', ')}`)
    return
  }
  for (const name of tables) {
    const rows = await tx`select 1 from ${tx(name)} limit 1`
    if (rows.length > 0)
      throw new AppError(
        'conflict',
        `The database is not empty (there are rows in "${name}"): restore into a new one, or replace everything in it with --force`,
      )
  }
}

async function createPartitions(tx: TransactionSql, header: BackupHeader): Promise<void> {
  const known = new Set((await listPartitions(tx as unknown as Sql)).map((partition) => partition.name))
  for (const table of PARTITIONED) {
    for (const day of header.partitions[table] ?? []) {
      const from = Date.parse(day)
      const name = partitionName(table, from)
      if (known.has(name)) continue
      await tx.unsafe(
        `create table ${name} partition of ${table} for values from ('${new Date(from).toISOString()}') to ('${new Date(from + DAY_MS).toISOString()}')`,
      )
    }
  }
}

async function copyIn(tx: TransactionSql, start: TableStart, done: (table: TableDone) => void): Promise<Sink> {
  const target = (await tx`copy ${tx(start.name)} (${tx(start.columns)}) from stdin`.writable()) as Writable
  let failure: Error | undefined
  target.once('error', (error) => (failure = error))
  return {
    async take(text) {
      if (failure) throw failure
      if (!target.write(text)) await new Promise<void>((proceed) => target.once('drain', proceed).once('error', () => proceed()))
    },
    async end(end) {
      await new Promise<void>((finish, fail) => {
        target.once('error', fail).once('finish', finish)
        target.end()
      })
      if (failure) throw failure
      const [row] = await tx<{ rows: number }[]>`select count(*) as rows from ${tx(start.name)}`
      if (row?.rows !== end.rows) throw new AppError('invalid', `Of the ${end.rows} rows of "${start.name}" ${row?.rows ?? 0} arrived. Nothing was changed`)
      await bumpIdentities(tx, start.name)
      done({ name: start.name, ...end })
    },
  }
}

/** Sequences go on after the highest restored value. */
async function bumpIdentities(tx: TransactionSql, table: string): Promise<void> {
  const identities = await tx<{ column: string }[]>`
    select attname as column from pg_attribute where attrelid = ${table}::regclass and pg_get_serial_sequence(${table}, attname) is not null and not attisdropped`
  for (const { column } of identities) {
    await tx`select setval(pg_get_serial_sequence(${table}, ${column}), coalesce((select max(${tx(column)}) from ${tx(table)}), 0) + 1, false)`
  }
}
