import postgres, { type ReservedSql, type Sql } from 'postgres'
import type { Tx } from './ledger'

/** What a transaction leaves to be done: statements under way, which end together with the commit. */
export interface Unfinished<T> {
  result: T
  last: Promise<unknown>[]
}

/** A process that stands still in the middle of a transaction must not keep what it has locked from the others for as long as they have patience. */
const IDLE_TIMEOUT = { idle_in_transaction_session_timeout: '3s' }

/**
 * One connection, and transactions on it whose statements do not wait for each other's answers: what a batch writes travels
 * together with its COMMIT. A statement that fails makes Postgres turn that COMMIT into a rollback, so nothing is ever half
 * written.
 *
 * The connection is reserved, so that no statement can ever slip onto a new one, outside of its transaction. What postgres.js
 * is asked on a reserved connection that is breaking hangs, or throws where nobody can catch it: so nothing is sent on one that
 * failed, whoever waits for it is told, and its client is thrown away with it.
 */
export class Pipeline {
  #client: Sql
  #connection: ReservedSql | undefined
  #reserving: Promise<ReservedSql> | undefined
  readonly #waiting = new Set<(cause: unknown) => void>()

  /** @param sql whose database and settings the connection has. */
  constructor(private readonly sql: Sql) {
    this.#client = this.#open()
  }

  /** @throws the first failure, in the order of the statements; nothing was written then (or, if the connection broke, perhaps all). */
  transaction<T>(work: (tx: Tx) => Promise<Unfinished<T>>): Promise<T> {
    return this.#connected((connection) => this.#run(connection, work), true)
  }

  /**
   * One statement is a transaction of its own, without BEGIN and COMMIT. Several may be under way: Postgres takes them in the order
   * in which they were asked, and one that fails leaves the others be. @throws as above.
   */
  async single(statement: (tx: Tx) => Promise<unknown>): Promise<void> {
    await this.#connected((connection) => statement(this.#guarded(connection)), false)
  }

  async #connected<T>(work: (connection: ReservedSql) => Promise<T>, isOpen: boolean): Promise<T> {
    const { promise: broken, reject } = Promise.withResolvers<never>()
    broken.catch(ignore)
    this.#waiting.add(reject)
    const client = this.#client
    try {
      // One reservation for all: the only connection is given away once. Awaited by everyone, so that nobody overtakes.
      this.#reserving ??= client.reserve()
      this.#connection = await Promise.race([broken, this.#reserving])
      return await Promise.race([broken, work(this.#connection)])
    } catch (cause) {
      if (!isStatementError(cause)) this.#replace(client)
      else if (isOpen && this.#connection) await Promise.race([broken, this.#connection.unsafe('rollback')]).catch(() => this.#replace(client))
      throw cause
    } finally {
      this.#waiting.delete(reject)
    }
  }

  /** Whoever waits for an answer is told now that there will be none; what becomes of what was sent, nobody knows. */
  abandon(): void {
    this.#replace(this.#client, new GaveUp())
  }

  async close(): Promise<void> {
    this.#connection?.release()
    this.#connection = undefined
    await this.#client.end({ timeout: 1 })
  }

  #open(): Sql {
    const { options } = this.sql
    const connection = { ...options.connection, ...IDLE_TIMEOUT }
    const client = postgres({ ...options, connection, max: 1, onclose: () => this.#replace(client) } as unknown as postgres.Options<
      Record<string, never>
    >) as unknown as Sql
    return client
  }

  /** Told by the driver that the connection is gone, or by a failure that leaves it in doubt. */
  #replace(client: Sql, cause: Error = lostConnection()): void {
    if (this.#client !== client) return
    this.#connection = undefined
    this.#reserving = undefined
    this.#client = this.#open()
    client.end({ timeout: 0 }).catch(ignore)
    for (const reject of this.#waiting) reject(cause)
  }

  async #run<T>(connection: ReservedSql, work: (tx: Tx) => Promise<Unfinished<T>>): Promise<T> {
    const tx = this.#guarded(connection)
    const begun = tx.unsafe('begin').execute()
    begun.catch(ignore)
    const { result, last } = await work(tx)
    // A query of postgres.js is sent when somebody asks for its answer: all of these must be before the commit is.
    for (const statement of last) statement.then(ignore, ignore)
    const ended = tx.unsafe('commit').execute()
    await allInOrder([begun, ...last, ended])
    if ((await ended).command !== 'COMMIT') throw new Error('Postgres rolled back what it was asked to commit')
    return result
  }

  /** The connection, as long as it is there. */
  #guarded(connection: ReservedSql): Tx {
    const unsafe: ReservedSql['unsafe'] = (...query) => {
      if (this.#connection !== connection) throw lostConnection()
      return connection.unsafe(...query)
    }
    return { unsafe } as Tx
  }
}

/** An answer was waited for too long. */
export class GaveUp extends Error {
  readonly code = 'GAVE_UP'

  constructor() {
    super('The database did not answer in time')
    this.name = 'GaveUp'
  }
}

function lostConnection(): Error {
  return Object.assign(new Error('The connection to the database was lost'), { code: 'CONNECTION_CLOSED' })
}

/** Postgres refused a statement, and goes on. */
function isStatementError(cause: unknown): boolean {
  return cause instanceof postgres.PostgresError && cause.severity === 'ERROR'
}

function ignore(): void {}

/** Like Promise.all, but waits for all of them and fails with the first in order: what follows it fails only because of it. */
export async function allInOrder(promises: Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}
