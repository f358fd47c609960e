import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import type { Environment } from '../config-values'
import { AppError } from '../domain/error'
import { openDatabase } from '../store/database'
import { holdInstanceLock } from '../store/instance-lock'
import { restoreBackup } from '../store/restore'
import { withDatabase } from './connection'

export const usage = `Usage: bun task restore <file> [--force]

Reads a backup into an empty database, all of it or nothing. --force empties the database first. No server may run on it
meanwhile. Put the encryption key of the backed-up server back as well: DATA_DIR/encryption.key or ENCRYPTION_KEY.`

export async function run(args: string[], env: Environment): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { force: { type: 'boolean', default: false } } })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new AppError('invalid', `One file must be named\n\n${usage}`)
  await withDatabase(loadConfig(env), console.log, async (url) => {
    const database = await openDatabase(url, { write: 1, read: 1 })
    try {
      const lock = await holdInstanceLock(database.write, { message: 'A server runs on this database: stop it first' })
      console.log('Checking the file…')
      await restoreBackup(database.write, path, { force: values.force, done: ({ name, rows }) => console.log(`  ${name.padEnd(16)} ${rows} rows`) })
      await lock.release()
    } finally {
      await database.close()
    }
  })
  console.log(`${path} is restored. Start the server with the encryption key that belongs to it, then check: bun task doctor`)
}
