/**
 * How the server's allocator (mimalloc, inside Bun) gives memory back. It reads the environment before any of our code runs, so
 * whoever starts the server sets these: the scripts of package.json, the Dockerfile, the benchmark and the proof. A test compares them.
 *
 * By default Bun gives back free parts of pages whenever the event loop sleeps, and free pages after 0.1 s. A server that waits for
 * Postgres hundreds of times a second sleeps as often, and the pages that the next batch needs are torn away and faulted in again:
 * docs/decisions/0013-memory-given-back-later.md has the figures.
 */
export const ALLOCATOR = {
  /** Free parts of pages stay. */
  MIMALLOC_PURGE_HOLES: '0',
  /** Free pages are given back after so many milliseconds. */
  MIMALLOC_PURGE_DELAY: '10000',
}
