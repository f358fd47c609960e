import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../../domain/error'

export interface Throttle {
  /** @throws AppError `rate_limited` with the time to come back. */
  take(key: string): Promise<void>
  /** Takes nothing. @throws AppError `rate_limited` when there is nothing left to take. */
  check(key: string): Promise<void>
  /** Forgets what was taken. */
  reset(key: string): Promise<void>
}

export interface Limit {
  points: number
  windowMs: number
  /** How long a key that took too much gets nothing; without it, until the window ends. */
  blockMs?: number
  message: string
}

/** So many of something per key and window; each instance counts for itself. */
export function createThrottle(limit: Limit): Throttle {
  const limiter = new RateLimiterMemory({ points: limit.points, duration: limit.windowMs / 1000, blockDuration: (limit.blockMs ?? 0) / 1000 })
  return {
    async check(key) {
      const state = await limiter.get(key)
      if (state && state.consumedPoints > limit.points) throw new AppError('rate_limited', limit.message, { retryAfterMs: state.msBeforeNext })
    },
    async take(key) {
      try {
        await limiter.consume(key)
      } catch (cause) {
        if (cause instanceof RateLimiterRes) throw new AppError('rate_limited', limit.message, { retryAfterMs: cause.msBeforeNext })
        throw cause
      }
    },
    async reset(key) {
      await limiter.delete(key)
    },
  }
}
