import { loadConfig } from '../config'
import { type Environment, parseDuration } from '../config-values'
import { AppError } from '../domain/error'
import { openVault } from '../store/vault'
import { withClient, withDatabase } from './connection'
import { findOwnSecret } from './own-secret'
import { readOptions, SIMULATE_USAGE } from './simulate/options'
import { simulate } from './simulate/simulate'

export const usage = SIMULATE_USAGE

export async function run(args: string[], env: Environment): Promise<number> {
  const config = loadConfig(env)
  const options = readOptions(args, config.publicUrl, parseDuration)
  const secret = options.secret ?? config.webhookSecret ?? (await findSecretHere(config))
  if (!secret) throw new AppError('invalid', 'No secret: give --secret, or set WEBHOOK_SECRET to the one that the server knows')
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  const outcome = await simulate(
    { ...options, secret },
    { write: (text) => process.stdout.write(text), isTerminal: process.stdout.isTTY === true, signal: interrupted.signal },
  )
  return outcome.accepted + outcome.duplicate > 0 ? 0 : 1
}

/** The newest live secret of the default source, as the server's own data folder has it. */
async function findSecretHere(config: ReturnType<typeof loadConfig>): Promise<string | null> {
  try {
    const vault = await openVault(config)
    return await withDatabase(
      config,
      () => {},
      (url) => withClient(url, 1, (sql) => findOwnSecret(sql, vault)),
    )
  } catch {
    return null // no data folder of that server here: then it has to be given
  }
}
