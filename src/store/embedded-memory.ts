/** How much memory the embedded Postgres may keep pages in: it shares the machine with the server, and with whatever else runs there. */
import { totalmem } from 'node:os'

const MEGABYTE = 1 << 20
const LEAST_MB = 128
const MOST_MB = 256
const SHARE = 8

/** Of the container or, where none is bounded, of the machine, in bytes. */
export function memoryBytes(): number {
  return process.constrainedMemory() || totalmem()
}

/**
 * An eighth of the memory, at least Postgres' own default of 128 MB, at most 256 MB. More would spare reads once indexes have a
 * gigabyte, but every process of Postgres must first touch its pages, and on virtual machines that costs more than it saves: with 1 GB
 * 0.82 of the webhooks per second (bench/README.md).
 * @returns a value for `shared_buffers`.
 */
export function sharedBuffers(memory: number): string {
  return `${Math.min(MOST_MB, Math.max(LEAST_MB, Math.floor(memory / SHARE / MEGABYTE)))}MB`
}
