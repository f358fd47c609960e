import postgres, { type Sql } from 'postgres'
import { AppError } from '../domain/error'

type Mode = 'exclusive' | 'shared'

export interface InstanceLock {
  release(): Promise<void>
}

export interface LockOptions {
  /** `exclusive`: nobody else may run on this database. `shared`: others may, but no restore. */
  mode?: Mode
  /** The backend of a server that was killed a moment ago may linger: so long is waited for it to go. */
  waitMs?: number
  /** The sentence for who comes second. */
  message?: string
  /** Told once, when the connection broke and somebody else took the lock before it was back. */
  lost?(): void
}

const LOCK = 727_202
const TRY_EVERY_MS = 100
const CHECK_EVERY_MS = 2_000
const TAKEN = 'Another Linekeeper runs on this database: stop it first, or give this one a DATA_DIR and a PORT of its own'

/**
 * Holds the lock that says "a server runs here", on a connection of its own to the database of `sql`, and takes it again when
 * that connection broke.
 * @throws AppError `conflict` with one sentence when somebody else has it.
 */
export async function holdInstanceLock(sql: Sql, options: LockOptions = {}): Promise<InstanceLock> {
  const { mode = 'exclusive', waitMs = 3_000, message = TAKEN, lost = () => {} } = options
  // Not sql.reserve(): in postgres.js 3.4.9 a reserved connection that breaks hangs, and its next write kills the process.
  const client = postgres({ ...sql.options, max: 1 } as unknown as Parameters<typeof postgres>[0])
  const close = () => client.end({ timeout: 1 })
  if (!(await take(client, mode, waitMs).catch((cause) => close().then(() => Promise.reject(cause))))) {
    await close()
    throw new AppError('conflict', message)
  }
  let checking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => void (checking = checking.then(check)), CHECK_EVERY_MS)
  timer.unref()

  async function check(): Promise<void> {
    // While the database is away nobody else can take it either.
    const held = await take(client, mode, waitMs).catch(() => true)
    if (held) return
    clearInterval(timer)
    lost()
  }

  return {
    async release() {
      clearInterval(timer)
      await checking
      await close()
    },
  }
}

/** Who has the lock is granted it again: so asking for it is also the test of having it. */
async function take(client: Sql, mode: Mode, waitMs: number): Promise<boolean> {
  const attempt = mode === 'exclusive' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
  for (let waited = 0; ; waited += TRY_EVERY_MS) {
    const [row] = await client.unsafe<{ held: boolean }[]>(`select ${attempt}(${LOCK}) as held`)
    if (row?.held) return true
    if (waited >= waitMs) return false
    await Bun.sleep(TRY_EVERY_MS)
  }
}
