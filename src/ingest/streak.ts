import { codeOf, isOfSchema } from './failure'

/** So many refused in a row are not poison. */
export const TOO_MANY = 5

/**
 * Tells poison from our own trouble. One entry that Postgres refuses is poison, and is set aside; several in a row that it refuses for
 * the same reason, with nothing stored in between, mean that something is wrong with us or with the schema: setting everything aside
 * would hide it. What is wrong with the schema is so from the first one on.
 */
export class Streak {
  #code = ''
  #times = 0
  #isTold = false

  constructor(
    private readonly hooks: {
      /** It is known to be our own trouble: `isFirst` when that shows, then again with each. */
      refused?(cause: unknown, isFirst: boolean): void
      ended?(): void
    } = {},
  ) {}

  /** An entry was refused although it was alone. @returns whether that is our own trouble. */
  refused(cause: unknown): boolean {
    const code = codeOf(cause)
    this.#times = code === this.#code ? this.#times + 1 : 1
    this.#code = code
    if (this.#times < TOO_MANY && !isOfSchema(cause)) return false
    this.hooks.refused?.(cause, !this.#isTold)
    this.#isTold = true
    return true
  }

  /** Something was stored. */
  stored(): void {
    this.#times = 0
    this.#code = ''
    if (this.#isTold) this.hooks.ended?.()
    this.#isTold = false
  }
}
