import type { Running } from './runtime'

const STOP_WITHIN_MS = 10_000
/** Terminals and wrappers (npx, bun run) deliver one Ctrl-C twice, a few milliseconds apart. */
const SAME_SIGNAL_MS = 1_000
const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * The first SIGTERM or SIGINT from now on; a second one ends the process at once with 1. To be called before anything is started: until
 * then a signal kills on the spot, and leaves behind whatever had been begun, such as an embedded Postgres.
 */
export function nextSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let firstAt: number | undefined
  for (const name of SIGNALS) {
    process.on(name, () => {
      firstAt ??= performance.now()
      if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1)
      resolve(name)
    })
  }
  return promise
}

/** Waits for the signal, then stops and exits 0; with 1 when that takes longer than ten seconds. */
export async function runUntil(signal: Promise<string>, running: Pick<Running, 'stop'>): Promise<never> {
  const name = await signal
  const stopped = await Promise.race([running.stop(name).then(() => true), Bun.sleep(STOP_WITHIN_MS).then(() => false)])
  process.exit(stopped ? 0 : 1)
}
