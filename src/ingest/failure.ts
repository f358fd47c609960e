/**
 * What a failed commit means. `retry`: the database was away, overloaded or chose us as a deadlock's victim; `content`:
 * it refuses what we want to store; `bug`: anything else, which must not be hidden.
 */
export function failureKind(cause: unknown): 'retry' | 'content' | 'bug' {
  const code = String((cause as { code?: unknown } | null)?.code ?? '')
  if (RETRY_CODES.has(code) || RETRY_CLASSES.has(code.slice(0, 2))) return 'retry'
  return CONTENT_CLASSES.has(code.slice(0, 2)) ? 'content' : 'bug'
}

export function isUniqueViolation(cause: unknown): boolean {
  return (cause as { code?: unknown } | null)?.code === '23505'
}

/** SQLSTATE classes: 08 connection, 40 rollback, 53 resources, 57 operator intervention, 25 read-only transaction, 58 system. */
const RETRY_CLASSES = new Set(['08', '40', '53', '57', '25', '58'])
/** What postgres.js calls its own troubles with the connection. */
const RETRY_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
])
/** 22 data, 23 constraint, 54 program limit. */
const CONTENT_CLASSES = new Set(['22', '23', '54'])
