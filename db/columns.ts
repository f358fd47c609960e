/** Columns that several tables of schema.ts have in common. */
import { bigint, customType, text, timestamp, uuid } from 'drizzle-orm/pg-core'

export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({ dataType: () => 'bytea' })

/** How long is too long, where it was said for this one session or source. */
export const allowances = {
  staleAfterMs: bigint('stale_after_ms', { mode: 'number' }),
  qrExpiresAfterMs: bigint('qr_expires_after_ms', { mode: 'number' }),
  connectingTimeoutMs: bigint('connecting_timeout_ms', { mode: 'number' }),
}

/** Something that comes again and again, in one row. */
export const recurrence = {
  times: bigint('times', { mode: 'number' }).notNull(),
  firstAt: instant('first_at').notNull(),
  lastAt: instant('last_at').notNull(),
}

/** A delivery, redacted but otherwise byte for byte. */
export const delivered = {
  sessionId: uuid('session_id').notNull(),
  receivedAt: instant('received_at').notNull(),
  id: uuid('id').notNull(),
  sourceId: uuid('source_id').notNull(),
  path: text('path').notNull(),
  address: text('address').notNull(),
  /** JSON object as text: read back whole, never queried. */
  headers: text('headers').notNull(),
  body: bytea('body').notNull(),
}
