import type { Instant } from '../domain/event'
import { type Failure, isDown } from './told'

const FIRST_MS = 5_000
const LONGEST_MS = 5 * 60_000

/** Who did not answer is asked more and more rarely, each source at its own time; one answer, and all is well again. */
export class Patience {
  readonly #waits = new Map<string, { until: Instant; ms: number }>()

  constructor(
    private readonly now: () => Instant,
    private readonly random: () => number = Math.random,
  ) {}

  isDue(sourceId: string): boolean {
    return (this.#waits.get(sourceId)?.until ?? 0) <= this.now()
  }

  answered(sourceId: string): void {
    this.#waits.delete(sourceId)
  }

  failed(sourceId: string, failure: Failure): void {
    if (!isDown(failure)) return
    const ms = Math.min((this.#waits.get(sourceId)?.ms ?? FIRST_MS / 2) * 2, LONGEST_MS)
    this.#waits.set(sourceId, { ms, until: this.now() + ms * (0.75 + this.random() / 2) })
  }
}
