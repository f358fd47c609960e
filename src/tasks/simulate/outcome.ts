/** What became of the deliveries of a simulation, counted as its senders see it. */
export interface Outcome {
  /** Deliveries that the senders had to tell, each counted once whatever its tries. */
  told: number
  accepted: number
  duplicate: number
  quarantined: number
  /** Answered with 4xx, by status. */
  refused: Map<string, number>
  /** Tries that failed otherwise: 5xx, or no answer at all. */
  failed: Map<string, number>
  retried: number
  /** Given up by senders that try no more. */
  lost: number
  /** Milliseconds from request to answer, of answered tries. */
  latencies: number[]
}

export function emptyOutcome(): Outcome {
  return { told: 0, accepted: 0, duplicate: 0, quarantined: 0, refused: new Map(), failed: new Map(), retried: 0, lost: 0, latencies: [] }
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** Keeps a sample of fixed size, so that a long run needs no more memory than a short one. */
export function noteLatency(outcome: Outcome, ms: number): void {
  if (outcome.latencies.length < SAMPLE) outcome.latencies.push(ms)
  else outcome.latencies[Math.floor(Math.random() * SAMPLE)] = ms
}

export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p) - 1)] as number
}

/** One line while it runs. */
export function progressLine(outcome: Outcome, seconds: number): string {
  const { told, accepted, duplicate, quarantined } = outcome
  const rate = seconds > 0 ? Math.round(told / seconds) : 0
  const trouble = sum(outcome.refused) + sum(outcome.failed)
  const parts = [`${Math.round(seconds)} s`, `${told} told (${rate}/s)`, `${accepted} accepted`, `${duplicate} duplicate`]
  if (quarantined > 0) parts.push(`${quarantined} quarantined`)
  if (trouble > 0) parts.push(`${sum(outcome.refused)} refused`, `${sum(outcome.failed)} failed`)
  return `${parts.join(' · ')} · p50 ${ms(outcome, 0.5)} p99 ${ms(outcome, 0.99)}`
}

/** What stands at the end; `open` = senders still waiting to try again. */
export function summary(outcome: Outcome, seconds: number, open: number): string[] {
  const lines = [progressLine(outcome, seconds)]
  for (const [status, times] of outcome.refused)
    lines.push(`  refused with ${status}: ${times}${status === '401' ? ' (is --secret the one that the server knows?)' : ''}`)
  for (const [cause, times] of outcome.failed) lines.push(`  failed with ${cause}: ${times}`)
  if (outcome.retried > 0) lines.push(`  tried again: ${outcome.retried}`)
  if (outcome.lost > 0) lines.push(`  given up for good, as wwebjs-api does after its only try: ${outcome.lost}`)
  if (open > 0) lines.push(`  still waiting to try again when the play ended: ${open}`)
  return lines
}

const SAMPLE = 20_000

function sum(counts: Map<string, number>): number {
  return [...counts.values()].reduce((total, times) => total + times, 0)
}

function ms(outcome: Outcome, p: number): string {
  return `${percentile(outcome.latencies, p).toFixed(1)} ms`
}
