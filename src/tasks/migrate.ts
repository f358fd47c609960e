import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import type { Environment } from '../config-values'
import { openDatabase } from '../store/database'
import { withDatabase } from './connection'

export const usage = `Usage: bun task migrate

Brings the schema up to date and makes the partitions of the coming week. The server does the same at every start.`

export async function run(args: string[], env: Environment): Promise<void> {
  parseArgs({ args, options: {} })
  const config = loadConfig(env)
  await withDatabase(config, console.log, async (url) => {
    const database = await openDatabase(url, { write: 1, read: 1 })
    await database.close()
  })
  console.log('The schema is up to date.')
}
