import { RateLimiterMemory } from 'rate-limiter-flexible'
import { AppError } from '../domain/error'

/** Deliveries per second; a burst of ten seconds' worth is let through, since some senders never post twice. */
export interface WebhookRates {
  source: number
  session: number
  address: number
}

const WINDOW_S = 10
/** Below the time after which the server cuts a quiet connection off. */
const LONGEST_WAIT_MS = 20_000
/** More than this many wait for nothing but memory. */
const MOST_WAITING = 5_000

/** Rate limits of the webhook route, in memory of this process. */
export class WebhookLimits {
  readonly #limiters: Record<keyof WebhookRates, RateLimiterMemory>
  #waiting = 0

  constructor(rates: WebhookRates, windowS = WINDOW_S) {
    const limiter = (points: number) => new RateLimiterMemory({ points: points * windowS, duration: windowS })
    this.#limiters = { source: limiter(rates.source), session: limiter(rates.session), address: limiter(rates.address) }
  }

  /**
   * After a refusal: waits until there is room again, for at most 20 s.
   * @throws AppError `rate_limited` when there is none by then, or when too many wait already.
   */
  async waitFor(kind: keyof WebhookRates, key: string, refused: AppError): Promise<void> {
    if (this.#waiting >= MOST_WAITING) throw refused
    this.#waiting++
    try {
      let waited = 0
      for (let cause = refused; ; ) {
        const ms = Math.max(1, cause.retryAfterMs ?? 1_000)
        if ((waited += ms) > LONGEST_WAIT_MS) throw cause
        await Bun.sleep(ms)
        try {
          return await this.take(kind, key)
        } catch (again) {
          cause = again as AppError
        }
      }
    } finally {
      this.#waiting--
    }
  }

  /** @throws AppError `rate_limited` with the time to wait. */
  async take(kind: keyof WebhookRates, key: string): Promise<void> {
    try {
      await this.#limiters[kind].consume(key)
    } catch (refused) {
      const retryAfterMs = (refused as { msBeforeNext?: number }).msBeforeNext ?? 1_000
      throw new AppError('rate_limited', `Too many deliveries from this ${kind}`, { retryAfterMs })
    }
  }
}
