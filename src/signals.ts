import type { Running } from './runtime'

const STOP_WITHIN_MS = 10_000
/** Terminals and wrappers (npx, bun run) deliver one Ctrl-C twice, a few milliseconds apart. */
const SAME_SIGNAL_MS = 1_000

/** Waits for SIGTERM or SIGINT, then stops and exits 0; a second signal, or 10 s, ends it at once with 1. */
export async function runUntilSignalled(running: Pick<Running, 'stop'>): Promise<never> {
  await new Promise<void>((signalled) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => signalled())
  })
  const since = performance.now()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (performance.now() - since > SAME_SIGNAL_MS) process.exit(1)
    })
  }
  const stopped = await Promise.race([running.stop().then(() => true), Bun.sleep(STOP_WITHIN_MS).then(() => false)])
  process.exit(stopped ? 0 : 1)
}
