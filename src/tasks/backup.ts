import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import type { Environment } from '../config-values'
import { AppError } from '../domain/error'
import { writeBackup } from '../store/backup'
import { checkBackup } from '../store/restore'
import { withClient, withDatabase } from './connection'

export const usage = `Usage: bun task backup [--out <file>] [--keep <n>]
       bun task backup --check <file>

Writes everything into one file, DATA_DIR/backups/linekeeper-<time>.lkb unless --out says otherwise, while the server goes on.
--keep removes the oldest of that folder, so that n are left. --check reads a file and checks every count and checksum.
The secrets in it are sealed: without the encryption key (DATA_DIR/encryption.key or ENCRYPTION_KEY), which is NOT in it,
they cannot be opened. Keep that key somewhere else.`

export async function run(args: string[], env: Environment): Promise<void> {
  const { values } = parseArgs({ args, options: { out: { type: 'string' }, keep: { type: 'string' }, check: { type: 'string' } } })
  if (values.check !== undefined) return check(values.check)
  const keep = values.keep === undefined ? null : Number(values.keep)
  if (keep !== null && !(Number.isInteger(keep) && keep > 0)) throw new AppError('invalid', '--keep must be a whole number above 0')
  const config = loadConfig(env)
  const now = new Date()
  const folder = join(config.dataDir, 'backups')
  const path = values.out ?? join(folder, `linekeeper-${now.toISOString().replaceAll(':', '').slice(0, 17)}Z.lkb`)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await withDatabase(config, console.log, (url) =>
    withClient(url, 1, (sql) => writeBackup(sql, path, now, ({ name, rows, bytes }) => console.log(`  ${name.padEnd(16)} ${rows} rows, ${megabytes(bytes)}`))),
  )
  console.log(`${path} is written: ${megabytes((await stat(path)).size)}. Its secrets need the encryption key, which is not in it.`)
  if (keep !== null) await removeOldest(folder, keep)
}

async function check(path: string): Promise<void> {
  const { header, tables } = await checkBackup(path)
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  console.log(`${path} is whole: ${rows} rows in ${tables.length} tables, of ${header.createdAt}.`)
}

async function removeOldest(folder: string, keep: number): Promise<void> {
  const backups = (await readdir(folder)).filter((name) => /^linekeeper-.*\.lkb$/.test(name)).sort()
  for (const name of backups.slice(0, -keep)) {
    await rm(join(folder, name))
    console.log(`${name} is removed.`)
  }
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
