/**
 * The whole data model on one page. Every table that grows has `session_id` first in its primary key and in every unique index, and no
 * foreign key leaves its own session: `create_distributed_table(…, 'session_id')` is all that Citus needs. `events` and `deliveries` are
 * partitioned by day of `received_at` (by hand in the migration: drizzle-kit knows no PARTITION BY), so retention drops partitions. A
 * unique index there must contain the day and would not deduplicate across days: `event_keys` holds the idempotency keys instead.
 */
import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, json, jsonb, pgTable, primaryKey, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { allowances, bytea, delivered, instant, recurrence } from './columns'

// Sources: who may post
export const sources = pgTable('sources', {
  id: uuid('id').primaryKey(),
  slug: text('slug').notNull().unique(),
  label: text('label').notNull(),
  provider: text('provider').notNull(), // A provider's id, or `auto`: recognised delivery by delivery.
  schemes: jsonb('schemes'), // SchemeSetting[]; null = the provider's own.
  ownerId: text('owner_id'),
  ...allowances,
  createdAt: instant('created_at').notNull(),
})

export const secrets = pgTable('secrets', {
  id: uuid('id').primaryKey(),
  sourceId: uuid('source_id').notNull().references(() => sources.id, { onDelete: 'cascade' }),
  ciphertext: bytea('ciphertext').notNull(), // AES-256-GCM: nonce ‖ ciphertext ‖ tag.
  keyId: text('key_id').notNull(), // Which ENCRYPTION_KEY sealed it.
  fingerprint: text('fingerprint').notNull(),
  createdAt: instant('created_at').notNull(),
  retiresAt: instant('retires_at'),
  firstUsedAt: instant('first_used_at'), // The first proof it gave: what an older secret proved before that says nothing about whether it is still needed.
  lastUsedAt: instant('last_used_at'),
  uses: bigint('uses', { mode: 'number' }).notNull().default(0),
}, (t) => [index('secrets_source').on(t.sourceId)])

/** Which providers' deliveries a source of the provider `auto` got: a handful of rows per source. */
export const sourceSightings = pgTable('source_sightings', {
  sourceId: uuid('source_id').notNull().references(() => sources.id, { onDelete: 'cascade' }),
  provider: text('provider').notNull(), // A provider's id, or `unknown`.
  ...recurrence,
}, (t) => [primaryKey({ columns: [t.sourceId, t.provider] })])

/** Deliveries whose URL named another session than their body did; at most a hundred rows per source. */
export const sourceMismatches = pgTable('source_mismatches', {
  sourceId: uuid('source_id').notNull().references(() => sources.id, { onDelete: 'cascade' }),
  pathSession: text('path_session').notNull(),
  bodySession: text('body_session').notNull(),
  ...recurrence,
}, (t) => [primaryKey({ columns: [t.sourceId, t.pathSession, t.bodySession] })])

/** How a source's own REST API is reached, where an admin has said so. */
export const sourceControls = pgTable('source_controls', {
  sourceId: uuid('source_id').primaryKey().references(() => sources.id, { onDelete: 'cascade' }),
  api: text('api').notNull(), // Which API it speaks: a controller's id.
  baseUrl: text('base_url').notNull(),
  keyCiphertext: bytea('key_ciphertext'), // AES-256-GCM as in `secrets`; null where the API asks for no key.
  keyId: text('key_id'), // Which ENCRYPTION_KEY sealed it.
  updatedAt: instant('updated_at').notNull(),
})

// The ledger
/** What arrived, redacted but otherwise byte for byte. Dropped after RETENTION_BODIES. */
export const deliveries = pgTable('deliveries', {
  ...delivered,
  scheme: text('scheme').notNull(),
  secretId: uuid('secret_id'),
}, (t) => [primaryKey({ columns: [t.sessionId, t.receivedAt, t.id] })])

/** What it said. Append-only; dropped after RETENTION_EVENTS. */
export const events = pgTable('events', {
  sessionId: uuid('session_id').notNull(),
  receivedAt: instant('received_at').notNull(),
  id: uuid('id').notNull(), // UUIDv7 whose time is `received_at`, so an id alone finds its partition.
  seq: bigint('seq', { mode: 'number' }).notNull(), // The session's own numbering, in the order of commit.
  sourceId: uuid('source_id').notNull(),
  deliveryId: uuid('delivery_id').notNull(),
  type: text('type').notNull(),
  providerType: text('provider_type').notNull(),
  at: instant('at').notNull(), // Where it stands in the session's order: the sender's time where it can be trusted, else the arrival.
  occurredAt: instant('occurred_at'),
  key: text('key'), // Semantic idempotency key; also breaks ties of `at`.
  messageId: text('message_id'),
  chat: text('chat'),
  text: text('text'),
  bodySize: integer('body_size').notNull(),
  facts: json('facts').notNull(),
}, (t) => [
  primaryKey({ columns: [t.sessionId, t.receivedAt, t.id] }),
  index('events_received').on(t.receivedAt),
  index('events_type').on(t.type, t.receivedAt),
  // What every session has much of is soon found in its own order; of the rest there may be nothing for weeks.
  index('events_session_type').on(t.sessionId, t.type, t.receivedAt).where(sql`type not in ('message.received', 'message.created', 'message.ack')`),
])

/** Idempotency across all days: the first 128 bits of the key's SHA-256. Pruned with the events' partitions. */
export const eventKeys = pgTable('event_keys', {
  sessionId: uuid('session_id').notNull(),
  key: uuid('key').notNull(),
  eventId: uuid('event_id').notNull(),
}, (t) => [primaryKey({ columns: [t.sessionId, t.key] })])

// Projections: folds of the ledger, rebuildable at any time
export const sessions = pgTable('sessions', {
  sessionId: uuid('session_id').primaryKey(),
  sourceId: uuid('source_id').notNull(),
  name: text('name').notNull(),
  ownerId: text('owner_id'), // The operator who answers for it.
  provider: text('provider').notNull(),
  status: text('status').notNull(),
  reason: text('reason'),
  since: instant('since').notNull(),
  accountId: text('account_id'),
  accountName: text('account_name'),
  state: json('state').notNull(), // SessionState, the ordered fold, without what the pulse has.
  tally: json('tally').notNull(), // SessionTally, what any order sums up to, without what the pulse has.
  base: json('base'), // State and tally at the start of the kept ledger, or null when the ledger is whole.
  staleAt: instant('stale_at'), // Not before this instant can the session be stale; the sweep looks closer and moves it on. Null = nothing to judge.
  usualGapMs: bigint('usual_gap_ms', { mode: 'number' }),
  ...allowances,
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(), // When status, QR, account … last changed; the tally moves without it, so that its updates stay heap-only.
  // From here on: what moves with every event.
  seq: bigint('seq', { mode: 'number' }).notNull(), // Events folded; also the version that a commit compares.
  lastEventAt: instant('last_event_at'),
  pulse: text('pulse').notNull(),
}, (t) => [
  index('sessions_status').on(t.status),
  index('sessions_source').on(t.sourceId, t.name),
  index('sessions_owner').on(t.ownerId),
  index('sessions_updated').on(t.updatedAt),
  index('sessions_stale').on(t.staleAt).where(sql`stale_at is not null`),
])

/** One change of status. Also the outbox of alerts, and the snapshots from which late events are folded again. */
export const transitions = pgTable('transitions', {
  sessionId: uuid('session_id').notNull(),
  at: instant('at').notNull(),
  eventId: uuid('event_id').notNull(),
  eventType: text('event_type').notNull(),
  eventKey: text('event_key'),
  fromStatus: text('from_status').notNull(),
  toStatus: text('to_status').notNull(),
  reason: text('reason'),
  detail: text('detail'),
  state: json('state').notNull(), // SessionState after it.
  processedAt: instant('processed_at'),
}, (t) => [
  primaryKey({ columns: [t.sessionId, t.at, t.eventId] }),
  index('transitions_outbox').on(t.at).where(sql`processed_at is null`),
])

export const messages = pgTable('messages', {
  sessionId: uuid('session_id').notNull(),
  id: text('id').notNull(),
  chat: text('chat'),
  sender: text('sender'),
  recipient: text('recipient'),
  author: text('author'),
  fromMe: boolean('from_me'),
  kind: text('kind'),
  text: text('text'),
  media: text('media'), // JSON object as text: the longer of two tells more.
  ack: smallint('ack'),
  sentAt: instant('sent_at').notNull(),
  deliveredAt: instant('delivered_at'),
  readAt: instant('read_at'),
  editedAt: instant('edited_at'),
  revokedAt: instant('revoked_at'),
}, (t) => [primaryKey({ columns: [t.sessionId, t.id] }), index('messages_sent').on(t.sessionId, t.sentAt)])

export const reactions = pgTable('reactions', {
  sessionId: uuid('session_id').notNull(),
  messageId: text('message_id').notNull(),
  sender: text('sender').notNull(),
  text: text('text').notNull(), // '' when taken back.
  at: instant('at').notNull(),
}, (t) => [primaryKey({ columns: [t.sessionId, t.messageId, t.sender] })])

export const calls = pgTable('calls', {
  sessionId: uuid('session_id').notNull(),
  id: text('id').notNull(),
  caller: text('caller'),
  fromMe: boolean('from_me').notNull(),
  video: boolean('video').notNull(),
  isGroup: boolean('is_group').notNull(),
  phase: text('phase').notNull(),
  startedAt: instant('started_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
}, (t) => [primaryKey({ columns: [t.sessionId, t.id] })])

/** Events per session, minute and type; counted anew from the ledger once a minute is over. */
export const rollups = pgTable('rollups', {
  sessionId: uuid('session_id').notNull(),
  minute: instant('minute').notNull(),
  type: text('type').notNull(),
  count: integer('count').notNull(),
}, (t) => [primaryKey({ columns: [t.sessionId, t.minute, t.type] }), index('rollups_minute').on(t.minute)])

/** Minutes that got an event after they had been counted. */
export const lateMinutes = pgTable('late_minutes', { minute: instant('minute').primaryKey() })

// What a person must look at
/** Authentic deliveries that no provider could decode, whole, until somebody has looked. */
export const quarantine = pgTable('quarantine', {
  ...delivered,
  name: text('name'),
  reason: text('reason').notNull(),
  scheme: text('scheme'), // How it proved itself, and how long it was before redaction; null in rows of older versions.
  secretId: uuid('secret_id'),
  bodySize: integer('body_size'),
  resolvedAt: instant('resolved_at'),
}, (t) => [primaryKey({ columns: [t.sessionId, t.id] }), index('quarantine_open').on(t.receivedAt).where(sql`resolved_at is null`)])

/** Refused deliveries, alike ones of one minute counted in one row. */
export const rejections = pgTable('rejections', {
  id: uuid('id').primaryKey(),
  sourceId: uuid('source_id'),
  slug: text('slug'),
  session: text('session'),
  minute: instant('minute').notNull(),
  lastAt: instant('last_at').notNull(),
  times: integer('times').notNull(),
  address: text('address').notNull(),
  code: text('code').notNull(),
  message: text('message').notNull(),
}, (t) => [index('rejections_source').on(t.sourceId, t.lastAt), index('rejections_last').on(t.lastAt)])

/** What is wrong, deduplicated by kind and subject. */
export const issues = pgTable('issues', {
  id: uuid('id').primaryKey(),
  kind: text('kind').notNull(),
  subject: text('subject').notNull(),
  detail: text('detail').notNull(),
  firstAt: instant('first_at').notNull(),
  lastAt: instant('last_at').notNull(),
  times: integer('times').notNull(),
  resolvedAt: instant('resolved_at'),
}, (t) => [uniqueIndex('issues_open').on(t.kind, t.subject).where(sql`resolved_at is null`)])

export const settings = pgTable('settings', { key: text('key').primaryKey(), value: jsonb('value').notNull() })

export * from './schema-auth'
