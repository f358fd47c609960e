import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Sql, TransactionSql } from 'postgres'
import { type BackupHeader, type FileEnd, frame, MAGIC, type TableEnd, TableSum } from './backup-file'
import { listPartitions } from './partitions'

export interface TableDone extends TableEnd {
  name: string
}

/** Pieces of COPY text are gathered to this size before they are compressed: tiny ones compress badly. */
const PIECE_BYTES = 1 << 20

/**
 * Writes everything into one file, as it is at one instant: a single REPEATABLE READ transaction, COPY after COPY. The server
 * goes on meanwhile. The file appears under its name when it is whole and on disk.
 */
export async function writeBackup(sql: Sql, path: string, now: Date, done: (table: TableDone) => void = () => {}): Promise<TableDone[]> {
  const draft = `${path}.part`
  const out = createWriteStream(draft, { mode: 0o600, flush: true })
  const hash = new Bun.CryptoHasher('sha256')
  const write = async (bytes: Uint8Array) => {
    hash.update(bytes)
    if (!out.write(bytes)) await once(out, 'drain')
  }
  try {
    await once(out, 'open')
    const tables = await sql.begin('isolation level repeatable read read only', async (tx) => {
      const header = await describe(tx, now)
      out.write(MAGIC)
      await write(frame('H', header))
      const finished: TableDone[] = []
      for (const name of header.tables) {
        const table = { name, ...(await copyOut(tx, name, write)) }
        finished.push(table)
        done(table)
      }
      await write(frame('Z', { tables: finished.length, sha256: hash.digest('hex') } satisfies FileEnd))
      return finished
    })
    out.end()
    await once(out, 'close')
    await rename(draft, path)
    return tables
  } catch (cause) {
    out.destroy()
    await rm(draft, { force: true })
    throw cause
  }
}

/** The hash of the last migration that the database has had. */
export async function findSchema(sql: Sql | TransactionSql): Promise<string | undefined> {
  const [row] = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by created_at desc limit 1`
  return row?.hash
}

/** Every table of ours, those first that others refer to: `sources` before `secrets`. Partitions come with their parent. */
export async function listTables(sql: Sql | TransactionSql): Promise<string[]> {
  const tables = await sql<{ name: string; refers: string[] }[]>`
    select c.relname as name, array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
      where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as refers
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by c.relname`
  const ordered: string[] = []
  const rest = [...tables]
  while (rest.length > 0) {
    const ready = rest.findIndex((table) => table.refers.every((name) => ordered.includes(name)))
    // A circle of references: their order cannot be right, whichever it is.
    ordered.push(...rest.splice(Math.max(ready, 0), 1).map((table) => table.name))
  }
  return ordered
}

async function describe(tx: TransactionSql, now: Date): Promise<BackupHeader> {
  const partitions: Record<string, string[]> = {}
  for (const { table, day } of await listPartitions(tx as unknown as Sql)) {
    if (day !== null) (partitions[table] ??= []).push(new Date(day).toISOString())
  }
  return { createdAt: now.toISOString(), schema: (await findSchema(tx)) ?? '', partitions, tables: await listTables(tx) }
}

async function copyOut(tx: TransactionSql, name: string, write: (bytes: Uint8Array) => Promise<void>): Promise<TableEnd> {
  const columns = await tx<{ name: string }[]>`
    select attname as name from pg_attribute where attrelid = ${name}::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`
  const names = columns.map((column) => column.name)
  await write(frame('T', { name, columns: names }))
  const sum = new TableSum()
  const pieces = new Pieces(async (piece) => write(frame('D', await Bun.zstdCompress(piece, { level: 3 }))))
  // `copy <table>` refuses a partitioned one.
  const source = await tx`copy (select ${tx(names)} from ${tx(name)}) to stdout`.readable()
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    sum.add(chunk)
    await pieces.add(chunk)
  }
  // postgres.js 3.4.9 pauses its socket when the stream is full, and nobody wakes it when that was at the end of the stream:
  // the next statement would never be answered. Asking for more is what wakes it.
  source._read(0)
  await pieces.flush()
  const end = sum.end()
  await write(frame('E', end))
  return end
}

class Pieces {
  #chunks: Uint8Array[] = []
  #bytes = 0

  constructor(private readonly write: (piece: Uint8Array) => Promise<void>) {}

  async add(chunk: Uint8Array): Promise<void> {
    // Copied: the driver reuses its buffer.
    this.#chunks.push(Uint8Array.from(chunk))
    this.#bytes += chunk.byteLength
    if (this.#bytes >= PIECE_BYTES) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#bytes === 0) return
    const piece = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#bytes = 0
    await this.write(piece)
  }
}
