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

/** Counts by key, all of them forgotten when the window is over: nothing to sweep, and no promise for what is asked three times per delivery. */
class Window {
  #counts = new Map<string, number>()
  #endsAt = 0

  constructor(
    private readonly most: number,
    private readonly ms: number,
  ) {}

  /** @returns 0 when there was room, else the milliseconds until there is. */
  take(key: string): number {
    const now = performance.now()
    if (now >= this.#endsAt) {
      this.#counts = new Map()
      this.#endsAt = now + this.ms
    }
    const count = (this.#counts.get(key) ?? 0) + 1
    if (count > this.most) return this.#endsAt - now
    this.#counts.set(key, count)
    return 0
  }
}

/** Rate limits of the webhook route, in memory of this process. */
export class WebhookLimits {
  readonly #windows: Record<keyof WebhookRates, Window>
  #waiting = 0

  constructor(rates: WebhookRates, windowS = WINDOW_S) {
    const window = (rate: number) => new Window(rate * windowS, windowS * 1000)
    this.#windows = { source: window(rates.source), session: window(rates.session), address: window(rates.address) }
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
          return this.take(kind, key)
        } catch (again) {
          cause = again as AppError
        }
      }
    } finally {
      this.#waiting--
    }
  }

  /** @throws AppError `rate_limited` with the time to wait. */
  take(kind: keyof WebhookRates, key: string): void {
    const retryAfterMs = this.#windows[kind].take(key)
    if (retryAfterMs > 0) throw new AppError('rate_limited', `Too many deliveries from this ${kind}`, { retryAfterMs })
  }
}
