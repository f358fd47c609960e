import type { Sql } from 'postgres'
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
 * Holds the lock that says "a server runs here", and takes it again when the connection broke. `sql` must have one
 * connection (`Database.bus`): the lock belongs to that, and other statements may go on using it.
 * @throws AppError `conflict` with one sentence when somebody else has it.
 */
export async function holdInstanceLock(sql: Sql, options: LockOptions = {}): Promise<InstanceLock> {
  const { mode = 'exclusive', waitMs = 3_000, message = TAKEN, lost = () => {} } = options
  if (sql.options.max !== 1) throw new TypeError('The instance lock needs a client of one connection')
  if (!(await take(sql, mode, waitMs))) throw new AppError('conflict', message)
  let checking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => void (checking = checking.then(check)), CHECK_EVERY_MS)
  timer.unref()

  // Who has the lock is granted it again: so asking for it is also the test of having it, and the way to get it back.
  async function check(): Promise<void> {
    const held = await take(sql, mode, waitMs).catch(() => 'away')
    if (held !== false) return
    clearInterval(timer)
    lost()
  }

  return {
    async release() {
      clearInterval(timer)
      await checking
      await sql`select pg_advisory_unlock_all()`.catch(() => {})
    },
  }
}

async function take(sql: Sql, mode: 'exclusive' | 'shared', waitMs: number): Promise<boolean> {
  for (let waited = 0; ; waited += TRY_EVERY_MS) {
    const [row] =
      mode === 'exclusive' ? await sql<{ held: boolean }[]>`select pg_try_advisory_lock(${LOCK}) as held` : await sql<{ held: boolean }[]>`select pg_try_advisory_lock_shared(${LOCK}) as held`
    if (row?.held) return true
    if (waited >= waitMs) return false
    await Bun.sleep(TRY_EVERY_MS)
  }
}
