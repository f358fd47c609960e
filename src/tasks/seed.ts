import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '../config'
import type { Environment } from '../config-values'
import { AppError } from '../domain/error'
import { systemNow } from '../ingest/arrival'
import { countSessions } from '../store/counts'
import { openVault } from '../store/vault'
import { withClient, withDatabase } from './connection'
import { findOwnSecret } from './own-secret'
import { findOwnServer } from './port'
import { postTo, seedDemo } from './simulate/demo'
import { numberIn } from './simulate/options'

export const usage = `Usage: bun task seed [options]

Fills an empty database once with the sessions that "up --demo" shows: some connected and talking, some waiting for a scan, flapping,
logged out or silent, with a past of up to a day. They come through the front door of the server that runs on PORT, or else of one
that is started for it. Where there are sessions already nothing is added.

  --sessions <n>   how many (46)
  --seed <n>       the same seed makes the same sessions (46)`

export async function run(args: string[], env: Environment): Promise<undefined> {
  const { values } = parseArgs({ args, options: { sessions: { type: 'string', default: '46' }, seed: { type: 'string', default: '46' } } })
  const cast = { sessions: Math.round(numberIn('sessions', values.sessions, 1, 1_000)), seed: Math.round(numberIn('seed', values.seed, 0, 2 ** 31)) }
  const config = loadConfig(env)
  const server = await findOwnServer(config.host, config.port)
  if (server !== null) return seed(config, server, cast)
  const { start } = await import('../runtime')
  // Nobody else is to post to it, and the port stays free for the real one.
  const running = await start({ ...config, host: '127.0.0.1', port: 0, logLevel: 'silent' }, { progress: console.log })
  try {
    await seed(config, running.url, cast)
    if (running.generatedSecret) console.log(`The default source's secret, shown only now: ${running.generatedSecret}`)
  } finally {
    await running.stop()
  }
}

async function seed(config: Config, server: string, cast: { sessions: number; seed: number }): Promise<undefined> {
  const vault = await openVault(config)
  const { count, secret } = await withDatabase(
    config,
    () => {},
    (url) => withClient(url, 1, async (sql) => ({ count: await countSessions(sql), secret: await findOwnSecret(sql, vault) })),
  )
  if (count > 0) return console.log(`There ${count === 1 ? 'is 1 session' : `are ${count} sessions`} already: nothing was added.`) as undefined
  if (secret === null) throw new AppError('conflict', 'The default source has no live secret: bun task rotate-secret gives it one')
  const { sessions, deliveries } = await seedDemo(postTo(`${server}/api/whatsapp/webhook`), { ...cast, secret, now: systemNow })
  console.log(`${sessions} sessions were made, of ${deliveries} deliveries.`)
}
