import { parseArgs } from 'node:util'
import { boot } from '../boot'
import { type Config, loadConfig } from '../config'
import type { Environment } from '../config-values'
import { systemNow } from '../ingest/arrival'
import type { Running } from '../runtime'
import { nextSignal, runUntil } from '../signals'
import { findOwnSecret } from './own-secret'
import { checkPort } from './port'
import { tryLine } from './try-line'

export const usage = `Usage: bun run up [--demo]

Starts everything that is needed and says where it is: the embedded Postgres in DATA_DIR (or DATABASE_URL), the schema, the
server. Ctrl-C stops it. --demo adds made-up senders, to look around.`

export async function run(args: string[], env: Environment): Promise<void> {
  const { values } = parseArgs({ args, options: { demo: { type: 'boolean', default: false } } })
  const config = loadConfig(env, { demo: values.demo })
  const startedAt = performance.now()
  const progress = (line: string) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`)
  const signal = nextSignal()
  // Before anything is started that would have to be stopped again.
  await checkPort(config.host, config.port)
  progress('Starting Linekeeper…')
  const running = await boot(config, { progress })
  progress('Ready.')
  const ending = new AbortController()
  try {
    console.log(await welcome(config, running))
    if (config.demo) progress(await demonstrate(running, ending.signal))
  } catch (cause) {
    ending.abort()
    await running.stop()
    throw cause
  }
  await runUntil(signal, {
    stop(why) {
      ending.abort()
      return running.stop(why)
    },
  })
}

/** Plays made-up senders, signed as real ones are, through the front door. @returns what to tell about it. */
async function demonstrate(running: Running, signal: AbortSignal): Promise<string> {
  const secret = await findOwnSecret(running.database.read, running.vault)
  if (secret === null) return 'No demo: the default source has no live secret'
  const { playDemo, postTo } = await import('./simulate/demo')
  const { sessions } = await playDemo(postTo(`${running.url}/api/whatsapp/webhook`), { secret, now: systemNow, signal })
  return `The demo plays ${sessions} sessions.`
}

async function welcome(config: Config, running: Running): Promise<string> {
  const address = config.port === 0 ? running.url : config.publicUrl
  const lines = ['', 'Linekeeper is up.', '', `  Dashboard    ${address}`]
  if (running.setupLink) lines.push(`  Set-up link  ${running.setupLink}`, '               creates the first operator; works once')
  lines.push(`  Webhook URL  ${running.webhookUrl}/<session>`)
  if (running.generatedSecret) lines.push(`  Secret       ${running.generatedSecret}`, '               for your senders (WEBHOOK_SECRET); shown only now')
  else lines.push('  Secret       the one of the first start, WEBHOOK_SECRET, or a new one: bun task rotate-secret')
  const secret = running.generatedSecret ?? (await findOwnSecret(running.database.read, running.vault))
  if (secret !== null) lines.push('', 'Try it, in another terminal:', '', tryLine(running.url, secret))
  return [...lines, '', 'Ctrl-C stops it.', ''].join('\n')
}
