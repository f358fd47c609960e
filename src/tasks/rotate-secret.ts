import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import { type Environment, parseDuration } from '../config-values'
import { AppError } from '../domain/error'
import { adviceOf, isLive, rotationOf } from '../domain/rotation'
import { type Database, openDatabase } from '../store/database'
import { finishRotation, startRotation } from '../store/secrets'
import { DEFAULT_SLUG, listSources, type Source } from '../store/sources'
import { openVault, type Vault } from '../store/vault'
import { withDatabase } from './connection'

export const usage = `Usage: bun task rotate-secret [--source default] [--retire-after 24h]
       bun task rotate-secret [--source default] --status
       bun task rotate-secret [--source default] --finish [--force]

Gives the source a new secret and prints it, once. The old one stays valid, so that senders can be moved without losing a
delivery: --status says whether any still uses it, --finish retires it. --retire-after retires it by itself after that time.`

const OPTIONS = {
  source: { type: 'string', default: DEFAULT_SLUG },
  'retire-after': { type: 'string' },
  status: { type: 'boolean', default: false },
  finish: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
} as const

interface Work {
  database: Database
  vault: Vault
  source: Source
  now: number
}

export async function run(args: string[], env: Environment): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const retireAfterMs = values['retire-after'] === undefined ? undefined : parseDuration(values['retire-after'])
  if (retireAfterMs === null) throw new AppError('invalid', '--retire-after must be a duration such as 30m, 24h or 7d')
  const config = loadConfig(env)
  const vault = await openVault(config)
  await withDatabase(config, console.error, async (url) => {
    const database = await openDatabase(url, { write: 1, read: 1 })
    try {
      const source = (await listSources(database.read, vault)).find((one) => one.slug === values.source)
      if (!source) throw new AppError('not_found', `There is no source "${values.source}"`)
      const work = { database, vault, source, now: Date.now() }
      if (values.status) tellStatus(work)
      else if (values.finish) await finish(work, values.force)
      else await begin(work, retireAfterMs)
    } finally {
      await database.close()
    }
  })
}

function tellStatus({ source, now }: Work): void {
  const rotation = rotationOf(source.secrets, now)
  const live = source.secrets.filter((secret) => isLive(secret, now)).length
  console.log(
    rotation ? `${rotation.state}: ${adviceOf(rotation, now)}` : `"${source.slug}" has ${live} live secret${live === 1 ? '' : 's'}: no rotation is under way`,
  )
}

async function finish({ database, source, now }: Work, force: boolean): Promise<void> {
  await finishRotation(database.write, source, now, force)
  console.error(`The old secret of "${source.slug}" is retired; a running server knows within 5 s.`)
}

async function begin({ database, vault, source, now }: Work, retireAfterMs: number | undefined): Promise<void> {
  const { value } = await startRotation(database.write, vault, source.id, now, { retireAfterMs })
  const end =
    retireAfterMs === undefined ? 'until --finish' : retireAfterMs === 0 ? 'not a moment longer' : `until ${new Date(now + retireAfterMs).toISOString()}`
  console.error(`The new secret of "${source.slug}", shown this once. The old one lives ${end}; a running server knows within 5 s.`)
  console.log(value)
}
