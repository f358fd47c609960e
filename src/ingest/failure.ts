import { GaveUp } from '../store/pipeline'

/**
 * What a failed write means. `away`: Postgres cannot be reached, or takes no writes from anybody: the journal takes over. `retry`: it
 * chose us as a victim, the same again will pass. `content`: it refuses what we want to store. `bug`: anything else, which must not
 * be hidden. docs/reliability.md has the table.
 */
export function failureKind(cause: unknown): 'away' | 'retry' | 'content' | 'bug' {
  const code = codeOf(cause)
  if (AWAY_CODES.has(code) || AWAY_CLASSES.has(code.slice(0, 2)) || isShutOut(cause)) return 'away'
  if (code.startsWith('40') || isOutdatedPlan(cause)) return 'retry'
  return CONTENT_CLASSES.has(code.slice(0, 2)) ? 'content' : 'bug'
}

export function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown } | null)?.code ?? '')
}

export function isUniqueViolation(cause: unknown): boolean {
  return codeOf(cause) === '23505'
}

/** A table or column is not there, or not ours to write: it would refuse the next one as well, whatever that says. */
export function isOfSchema(cause: unknown): boolean {
  return codeOf(cause).startsWith('42')
}

/** A statement that took too long, here or there. Where nothing else is wrong, a smaller one may pass. */
export function isTooSlow(cause: unknown): boolean {
  return cause instanceof GaveUp || codeOf(cause) === '57014'
}

/** SQLSTATE classes: 08 connection, 28 log-in, 53 resources (disk, memory, connections). */
const AWAY_CLASSES = new Set(['08', '28', '53'])
const AWAY_CODES = new Set([
  // Our own: an answer was waited for too long.
  'GAVE_UP',
  // Read-only transaction; a session or transaction that Postgres ended for its age.
  ...['25006', '25P03', '25P04', '57P05'],
  // Cancelled by its time-out; shut down, crashed, starting; the database was dropped, or is not there.
  ...['57014', '57P01', '57P02', '57P03', '57P04', '3D000'],
  // A lock was not to be had in time; the operating system failed it.
  ...['55P03', '58000', '58030'],
  // What postgres.js calls its own troubles with the connection.
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
])
/** 22 data, 23 constraint, 54 program limit. */
const CONTENT_CLASSES = new Set(['22', '23', '54'])

/** Postgres ended the session, or let nobody in; or there was nobody who could have (a socket file that is not there). */
function isShutOut(cause: unknown): boolean {
  const { severity, syscall } = (cause ?? {}) as { severity?: unknown; syscall?: unknown }
  return severity === 'FATAL' || severity === 'PANIC' || syscall === 'connect'
}

/** The schema was changed under a prepared statement, or the server has forgotten it (26000); the connection plans it anew. */
function isOutdatedPlan(cause: unknown): boolean {
  return codeOf(cause) === '26000' || (codeOf(cause) === '0A000' && String((cause as { message?: unknown }).message).includes('cached plan'))
}
