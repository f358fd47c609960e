/** start() of runtime.ts, sooner: the embedded Postgres comes up while the rest of the program is still being read. */
import type { Config } from './config'
import type { Running, StartOptions } from './runtime'
import { startEmbedded } from './store/embedded'

/** @throws as start() does; nothing is left running then that was not before. */
export async function boot(config: Config, options: StartOptions = {}): Promise<Running> {
  if (config.databaseUrl !== null) return (await import('./runtime')).start(config, options)
  const { promise: launched, resolve } = Promise.withResolvers<void>()
  const embedded = startEmbedded(config.dataDir, options.progress ?? (() => {}), { launched: () => resolve() })
  // Told to whoever waits for it, below.
  embedded.catch(ignore)
  try {
    // Reading the rest keeps this thread busy: the other process shall have begun before.
    await Promise.race([launched, embedded])
    const { start } = await import('./runtime')
    return await start(config, { ...options, embedded })
  } catch (cause) {
    const cluster = await embedded.catch(ignore)
    if (cluster?.adopted === false) await cluster.stop()
    throw cause
  }
}

function ignore(): void {}
