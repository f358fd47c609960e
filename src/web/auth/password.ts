/** argon2id through Bun (64 MiB, two passes), off the event loop and at most a few at a time. */
import { AppError } from '../../domain/error'

const AT_ONCE = 2
/** A flood of log-ins must not pile up: whoever comes later than this is turned away by the caller's limit anyway. */
const WAITING = 50

let running = 0
const waiting: (() => void)[] = []

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => Bun.password.hash(password, { algorithm: 'argon2id' }))
}

/** False for a wrong password and for a hash that is none. */
export function isPassword(password: string, hash: string): Promise<boolean> {
  return inTurn(() => Bun.password.verify(password, hash).catch(() => false))
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (waiting.length >= WAITING) throw new AppError('rate_limited', 'Too many log-ins at once: try again in a moment', { retryAfterMs: 5_000 })
  if (running >= AT_ONCE) await new Promise<void>((turn) => waiting.push(turn))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}
