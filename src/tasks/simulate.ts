/** `task simulate`: plays realistic senders against a running server and says what became of it. */
import { AppError } from '../domain/error'
import { Courier } from './simulate/courier'
import { readOptions, SIMULATE_USAGE, type SimulateOptions } from './simulate/options'
import { emptyOutcome, type Outcome, progressLine, summary } from './simulate/outcome'
import { play } from './simulate/play'

export interface SimulateDeps {
  defaults: { url: string; secret: string | null }
  /** Writes text as it is: a progress line on a terminal overwrites itself. */
  write(text: string): void
  isTerminal: boolean
  signal?: AbortSignal
}

/** More requests in flight than this, and the machine of the senders is what is measured. */
const MOST_IN_FLIGHT = 512

/**
 * @returns what became of the deliveries, or null when only help was asked for.
 * @throws AppError `invalid` for wrong options.
 */
export async function simulate(args: string[], deps: SimulateDeps): Promise<Outcome | null> {
  const options = readOptions(args, deps.defaults)
  if (options === 'help') {
    deps.write(`${SIMULATE_USAGE}\n`)
    return null
  }
  const { secret } = options
  if (!secret) throw new AppError('invalid', 'No secret: give --secret or set WEBHOOK_SECRET to the one that the server knows')
  const outcome = emptyOutcome()
  const ended = new AbortController()
  const courier = new Courier({ webhookUrl: options.url, secret, outcome, signal: ended.signal })
  const startedAt = performance.now()
  const seconds = () => (performance.now() - startedAt) / 1000
  deps.write(`${options.sessions} lines of ${options.dialects.map((dialect) => dialect.id).join(', ')} post ${options.rate}/s to ${options.url}\n`)
  const stopProgress = showProgress(deps, () => progressLine(outcome, seconds()))
  try {
    await perform(options, courier, seconds, deps.signal)
    await courier.settled()
  } finally {
    stopProgress()
    ended.abort()
  }
  for (const line of summary(outcome, seconds(), courier.waiting)) deps.write(`${line}\n`)
  return outcome
}

async function perform(options: SimulateOptions, courier: Courier, seconds: () => number, signal: AbortSignal | undefined): Promise<void> {
  const { sessions, rate, dialects, seed, duration } = options
  for (const spoken of play({ sessions, rate, dialects, seed, startAt: Date.now() })) {
    if (duration !== null && spoken.due > duration) return
    while (seconds() < spoken.due || courier.inFlight >= MOST_IN_FLIGHT) {
      if (signal?.aborted || (duration !== null && seconds() > duration)) return
      await Bun.sleep(Math.min(200, Math.max(1, (spoken.due - seconds()) * 1000)))
    }
    courier.send(spoken)
  }
}

function showProgress({ write, isTerminal }: SimulateDeps, line: () => string): () => void {
  const timer = setInterval(() => write(isTerminal ? `\r\x1b[K${line()}` : `${line()}\n`), isTerminal ? 250 : 2_000)
  return () => {
    clearInterval(timer)
    if (isTerminal) write('\r\x1b[K')
  }
}
