import type { Instant } from './event'

/** One HTTP request as it arrived. */
export interface Delivery {
  /** UUIDv7, given on arrival; its time is `receivedAt`. */
  id: string
  receivedAt: Instant
  method: 'GET' | 'POST'
  /** Path and query as received. */
  path: string
  /** `:sessionId` of the path, or null when the URL has none. */
  pathSession: string | null
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>
  body: Uint8Array
  /** The sender's address, after trusted proxies. */
  address: string
}
