import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import { type Environment, parseDuration } from '../config-values'
import { AppError } from '../domain/error'
import { openDatabase } from '../store/database'
import { addSecret, DEFAULT_SLUG, listSources, retireSecret } from '../store/sources'
import { openVault } from '../store/vault'
import { withDatabase } from './connection'

export const usage = `Usage: bun task rotate-secret [--source default] [--retire-after 24h]

Gives the source a new secret and prints it, once. The old ones stay valid for 24 h, or as long as --retire-after says
(0s: not a moment longer), so that senders can be moved without losing a delivery.`

export async function run(args: string[], env: Environment): Promise<void> {
  const { values } = parseArgs({ args, options: { source: { type: 'string', default: DEFAULT_SLUG }, 'retire-after': { type: 'string', default: '24h' } } })
  const afterMs = parseDuration(values['retire-after'])
  if (afterMs === null) throw new AppError('invalid', '--retire-after must be a duration such as 30m, 24h or 7d')
  const config = loadConfig(env)
  const vault = await openVault(config)
  const now = Date.now()
  const secret = await withDatabase(config, console.error, async (url) => {
    const database = await openDatabase(url, { write: 1, read: 1 })
    try {
      const source = (await listSources(database.read, vault)).find((one) => one.slug === values.source)
      if (!source) throw new AppError('not_found', `There is no source "${values.source}"`)
      // The new one first: at no moment is there none.
      const { value } = await addSecret(database.write, vault, source.id, now)
      for (const old of source.secrets) await retireSecret(database.write, old.id, now + afterMs)
      return value
    } finally {
      await database.close()
    }
  })
  console.error(
    `The new secret of "${values.source}", shown this once. The old ones retire ${afterMs === 0 ? 'now' : `at ${new Date(now + afterMs).toISOString()}`}; a running server knows within 5 s.`,
  )
  console.log(secret)
}
