import { Courier } from './courier'
import type { SimulateOptions } from './options'
import { emptyOutcome, type Outcome, progressLine, summary } from './outcome'
import { play } from './play'

export interface SimulateDeps {
  /** Writes text as it is: a progress line on a terminal overwrites itself. */
  write(text: string): void
  isTerminal: boolean
  /** Ends the play early; what is in flight is still counted. */
  signal?: AbortSignal
}

/** More requests in flight than this, and the machine of the senders is what is measured. */
const MOST_IN_FLIGHT = 512

/** Plays until the duration is over. @returns what became of the deliveries. */
export async function simulate(options: SimulateOptions & { secret: string }, deps: SimulateDeps): Promise<Outcome> {
  const outcome = emptyOutcome()
  const ended = new AbortController()
  const courier = new Courier({ webhookUrl: options.webhookUrl, secret: options.secret, outcome, signal: ended.signal })
  const startedAt = performance.now()
  const seconds = () => (performance.now() - startedAt) / 1000
  const { write, isTerminal } = deps
  write(`${options.sessions} lines of ${options.dialects.map((dialect) => dialect.id).join(', ')} post ${options.rate}/s to ${options.webhookUrl}\n`)
  const timer = setInterval(
    () => write(isTerminal ? `\r\x1b[K${progressLine(outcome, seconds())}` : `${progressLine(outcome, seconds())}\n`),
    isTerminal ? 250 : 2_000,
  )
  try {
    await perform(options, courier, seconds, deps.signal)
    await courier.settled()
  } finally {
    clearInterval(timer)
    ended.abort()
  }
  if (isTerminal) write('\r\x1b[K')
  for (const line of summary(outcome, seconds(), courier.waiting)) write(`${line}\n`)
  return outcome
}

async function perform(options: SimulateOptions, courier: Courier, seconds: () => number, signal: AbortSignal | undefined): Promise<void> {
  const { duration } = options
  for (const spoken of play({ ...options, startAt: Date.now() })) {
    if (duration !== null && spoken.due > duration) return
    while (seconds() < spoken.due || courier.inFlight >= MOST_IN_FLIGHT) {
      if (signal?.aborted || (duration !== null && seconds() > duration)) return
      await Bun.sleep(Math.min(200, Math.max(1, (spoken.due - seconds()) * 1000)))
    }
    courier.send(spoken)
  }
}
