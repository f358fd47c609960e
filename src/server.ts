/** The entry of production: `bun start`. Config from the environment, logs to stdout, SIGTERM ends it cleanly. */
import { boot } from './boot'
import { loadConfig } from './config'
import { nextSignal, runUntil } from './signals'

const signal = nextSignal()
try {
  const running = await boot(loadConfig(process.env), { progress: (line) => console.error(line) })
  if (running.setupLink) console.error(`Create the first operator: ${running.setupLink}`)
  if (running.generatedSecret) console.error(`The default source's secret, shown this once: ${running.generatedSecret}`)
  await runUntil(signal, running)
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : String(cause))
  process.exit(1)
}
