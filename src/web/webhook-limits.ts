import { RateLimiterMemory } from 'rate-limiter-flexible'
import { AppError } from '../domain/error'

/** Deliveries per second; a burst of ten seconds' worth is let through, since some senders never post twice. */
export interface WebhookRates {
  source: number
  session: number
  address: number
}

const WINDOW_S = 10

/** Rate limits of the webhook route, in memory of this process. */
export class WebhookLimits {
  readonly #limiters: Record<keyof WebhookRates, RateLimiterMemory>

  constructor(rates: WebhookRates) {
    const limiter = (points: number) => new RateLimiterMemory({ points: points * WINDOW_S, duration: WINDOW_S })
    this.#limiters = { source: limiter(rates.source), session: limiter(rates.session), address: limiter(rates.address) }
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
