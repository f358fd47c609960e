import type { SenderWatch } from '../control/watch'

export interface WatchDeps {
  watch: SenderWatch
}

const ROUND_MS = 4_000

/** Asks the senders whose webhooks leave something out. A round ends before the next one is due, whoever hangs. */
export function watchSenders({ watch }: WatchDeps): Promise<void> {
  return watch.round(ROUND_MS)
}
