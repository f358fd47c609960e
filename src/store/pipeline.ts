import type { ReservedSql, Sql } from 'postgres'
import type { Tx } from './ledger'

/** What a transaction leaves to be done: statements under way, which end together with the commit. */
export interface Unfinished<T> {
  result: T
  last: Promise<unknown>[]
}

/**
 * Transactions whose statements do not wait for each other's answers: what a batch writes travels together with its COMMIT.
 * A statement that fails makes Postgres turn that COMMIT into a rollback, so nothing is ever half written.
 */
export class Pipeline {
  #connection: ReservedSql | undefined

  constructor(private readonly sql: Sql) {}

  /** @throws the first failure, in the order of the statements; nothing was written then (or, if the connection broke, perhaps all). */
  async transaction<T>(work: (tx: Tx) => Promise<Unfinished<T>>): Promise<T> {
    const tx = (this.#connection ??= await this.sql.reserve())
    const begun = tx.unsafe('begin').execute()
    begun.catch(ignore)
    try {
      const { result, last } = await work(tx)
      // A query of postgres.js is sent when somebody asks for its answer: all of these must be before the commit is.
      for (const statement of last) statement.then(ignore, ignore)
      const ended = tx.unsafe('commit').execute()
      await allInOrder([begun, ...last, ended])
      if ((await ended).command !== 'COMMIT') throw new Error('Postgres rolled back what it was asked to commit')
      return result
    } catch (cause) {
      await this.#undo(tx)
      throw cause
    }
  }

  /** Gives the connection back to the pool while there is nothing to do. */
  release(): void {
    this.#connection?.release()
    this.#connection = undefined
  }

  async #undo(tx: ReservedSql): Promise<void> {
    try {
      await tx.unsafe('rollback')
    } catch {
      // It broke, and the pool knows: releasing it would offer it to others.
      this.#connection = undefined
    }
  }
}

function ignore(): void {}

/** Like Promise.all, but waits for all of them and fails with the first in order: what follows it fails only because of it. */
export async function allInOrder(promises: Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}
