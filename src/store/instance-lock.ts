import type { ReservedSql, Sql } from 'postgres'
import { AppError } from '../domain/error'

export interface InstanceLock {
  release(): Promise<void>
}

export interface LockOptions {
  /** `exclusive`: nobody else may run on this database. `shared`: others may, but no restore. */
  mode?: 'exclusive' | 'shared'
  /** The backend of a server that was killed a moment ago may linger: so long is waited for it to go. */
  waitMs?: number
  /** The sentence for who comes second. */
  message?: string
  /** Told once, when the connection broke and somebody else took the lock before it was back. */
  lost?(): void
}

const LOCK = 727_202
const TRY_EVERY_MS = 100
const CHECK_EVERY_MS = 5_000
const TAKEN = 'Another Linekeeper runs on this database: stop it first, or give this one a DATA_DIR and a PORT of its own'

/**
 * Holds, on a connection of its own, the lock that says "a server runs here"; taken again when the connection breaks.
 * @throws AppError `conflict` with one sentence when somebody else has it.
 */
export async function holdInstanceLock(sql: Sql, options: LockOptions = {}): Promise<InstanceLock> {
  const { mode = 'exclusive', waitMs = 3_000, message = TAKEN, lost = () => {} } = options
  const lock = mode === 'exclusive' ? `select pg_try_advisory_lock(${LOCK}) as held` : `select pg_try_advisory_lock_shared(${LOCK}) as held`
  let connection = await take(sql, lock, waitMs)
  if (!connection) throw new AppError('conflict', message)
  const timer = setInterval(() => void check(), CHECK_EVERY_MS)
  timer.unref()
  let checking: Promise<void> = Promise.resolve()

  // Asking for a lock that this connection has already is granted: so asking again is also the test of having it.
  function check(): Promise<void> {
    checking = checking.then(async () => {
      const held = connection ? await tryOnce(connection, lock) : 'broken'
      if (held === true) return
      connection?.release()
      connection = held === 'broken' ? await take(sql, lock, waitMs).catch(() => undefined) : undefined
      if (connection || held === 'broken') return
      clearInterval(timer)
      lost()
    })
    return checking
  }

  return {
    async release() {
      clearInterval(timer)
      await checking
      await connection?.unsafe('select pg_advisory_unlock_all()').catch(() => {})
      connection?.release()
      connection = undefined
    },
  }
}

async function take(sql: Sql, lock: string, waitMs: number): Promise<ReservedSql | undefined> {
  const connection = await sql.reserve()
  for (let waited = 0; ; waited += TRY_EVERY_MS) {
    const held = await tryOnce(connection, lock)
    if (held === true) return connection
    if (held === 'broken' || waited >= waitMs) {
      connection.release()
      return undefined
    }
    await Bun.sleep(TRY_EVERY_MS)
  }
}

async function tryOnce(connection: ReservedSql, lock: string): Promise<boolean | 'broken'> {
  try {
    const [row] = await connection.unsafe<{ held: boolean }[]>(lock)
    return row?.held ?? false
  } catch {
    return 'broken'
  }
}
