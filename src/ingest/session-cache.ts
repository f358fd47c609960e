import type { KnownSession } from './batch'

/**
 * What this process last wrote of each session, so that a commit need not read it back. It may be old when other
 * processes write too: the commit compares `seq` and finds out.
 */
export class SessionCache {
  readonly #known = new Map<string, KnownSession>()

  constructor(private readonly limit = 20_000) {}

  get(sessionId: string): KnownSession | undefined {
    return this.#known.get(sessionId)
  }

  set(sessionId: string, session: KnownSession): void {
    // Re-inserted at the end: the first of the map is the one that was quiet longest.
    this.#known.delete(sessionId)
    this.#known.set(sessionId, session)
    if (this.#known.size > this.limit) this.#known.delete(this.#known.keys().next().value as string)
  }

  forget(sessionId: string): void {
    this.#known.delete(sessionId)
  }

  clear(): void {
    this.#known.clear()
  }
}
