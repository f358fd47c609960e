/** How much memory the embedded Postgres may keep pages in: it shares the machine with the server, and with whatever else runs there. */
import { totalmem } from 'node:os'

const MEGABYTE = 1 << 20
const LEAST_MB = 128
const MOST_MB = 1024
const SHARE = 8

/** Of the container or, where none is bounded, of the machine, in bytes. */
export function memoryBytes(): number {
  return process.constrainedMemory() || totalmem()
}

/**
 * An eighth of the memory, at least Postgres' own default of 128 MB, at most 1 GB. With ten million events stored, keys and messages go
 * to random places of indexes of a gigabyte: 1.24 × the webhooks per second of 256 MB. An empty ledger is slower for it where page
 * faults are dear, 0.82 ×, since every process of Postgres must first touch its pages (bench/README.md): a ledger does not stay empty.
 * @returns a value for `shared_buffers`.
 */
export function sharedBuffers(memory: number): string {
  return `${Math.min(MOST_MB, Math.max(LEAST_MB, Math.floor(memory / SHARE / MEGABYTE)))}MB`
}
