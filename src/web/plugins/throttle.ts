import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../../domain/error'

export interface Throttle {
  /** @throws AppError `rate_limited` with the time to come back. */
  take(key: string): Promise<void>
  /** Forgets what was taken. */
  reset(key: string): Promise<void>
}

/** So many of something per key and window; each instance counts for itself. */
export function createThrottle(limit: { points: number; windowMs: number; message: string }): Throttle {
  const limiter = new RateLimiterMemory({ points: limit.points, duration: limit.windowMs / 1000 })
  return {
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
