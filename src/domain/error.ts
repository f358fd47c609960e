/** The few ways in which a request or a command can fail. Anything else is a bug. */
export type ErrorCode =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable'
  | 'bad_gateway'

/** An expected failure, told in one sentence that its reader can act on. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown; retryAfterMs?: number },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.retryAfterMs = options?.retryAfterMs
  }

  /** For `rate_limited` and `unavailable`: when trying again makes sense. */
  readonly retryAfterMs: number | undefined
}

/** The one table from our errors to HTTP. */
export const HTTP_STATUS: Record<ErrorCode, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  bad_gateway: 502,
}
