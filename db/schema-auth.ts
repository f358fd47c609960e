/**
 * Operators, their log-ins and API keys: the shape is better-auth's (1.7) and @better-auth/api-key's, the words in SQL are
 * ours. The property names are the field names that better-auth's drizzle adapter looks for: don't rename them.
 * Nothing here grows with the traffic, so foreign keys are welcome.
 */
import { boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { instant } from './columns'

/** better-auth's `user`. */
export const operators = pgTable('operators', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  /** admin, operator or viewer. */
  role: text('role').notNull().default('viewer'),
  banned: boolean('banned').default(false),
  banReason: text('ban_reason'),
  banExpires: instant('ban_expires'),
  twoFactorEnabled: boolean('two_factor_enabled').default(false),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
})

/** better-auth's `session`: a browser signed in to the dashboard. */
export const logins = pgTable('logins', {
  id: text('id').primaryKey(),
  token: text('token').notNull().unique(),
  userId: text('operator_id').notNull().references(() => operators.id, { onDelete: 'cascade' }),
  expiresAt: instant('expires_at').notNull(),
  ipAddress: text('address'),
  userAgent: text('user_agent'),
  impersonatedBy: text('impersonated_by'),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
}, (t) => [index('logins_operator').on(t.userId)])

/** better-auth's `account`: how an operator proves who they are. */
export const credentials = pgTable('credentials', {
  id: text('id').primaryKey(),
  accountId: text('account_id').notNull(),
  providerId: text('provider_id').notNull(),
  userId: text('operator_id').notNull().references(() => operators.id, { onDelete: 'cascade' }),
  accessToken: text('access_token'),
  refreshToken: text('refresh_token'),
  idToken: text('id_token'),
  accessTokenExpiresAt: instant('access_token_expires_at'),
  refreshTokenExpiresAt: instant('refresh_token_expires_at'),
  scope: text('scope'),
  /** argon2id, PHC string. */
  password: text('password'),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
}, (t) => [index('credentials_operator').on(t.userId)])

/** better-auth's `verification`: short-lived proofs, such as the second step of a log-in. */
export const verifications = pgTable('verifications', {
  id: text('id').primaryKey(),
  identifier: text('identifier').notNull(),
  value: text('value').notNull(),
  expiresAt: instant('expires_at').notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
}, (t) => [index('verifications_identifier').on(t.identifier)])

export const twoFactors = pgTable('two_factors', {
  id: text('id').primaryKey(),
  userId: text('operator_id').notNull().references(() => operators.id, { onDelete: 'cascade' }),
  secret: text('secret').notNull(),
  backupCodes: text('backup_codes').notNull(),
  verified: boolean('verified').default(true),
  failedVerificationCount: integer('failed_count').default(0),
  lockedUntil: instant('locked_until'),
}, (t) => [index('two_factors_operator').on(t.userId)])

/** @better-auth/api-key's `apikey`. A key made on the command line belongs to no operator: no foreign key. */
export const apiKeys = pgTable('api_keys', {
  id: text('id').primaryKey(),
  configId: text('config_id').notNull().default('default'),
  name: text('name'),
  /** Its first characters, to tell keys apart by. */
  start: text('start'),
  prefix: text('prefix'),
  referenceId: text('operator_id').notNull(),
  /** SHA-256, base64url. */
  key: text('hash').notNull().unique(),
  refillInterval: integer('refill_interval'),
  refillAmount: integer('refill_amount'),
  lastRefillAt: instant('last_refill_at'),
  enabled: boolean('enabled').default(true),
  rateLimitEnabled: boolean('rate_limit_enabled').default(false),
  rateLimitTimeWindow: integer('rate_limit_window_ms'),
  rateLimitMax: integer('rate_limit_max'),
  requestCount: integer('request_count').default(0),
  remaining: integer('remaining'),
  lastRequest: instant('last_used_at'),
  expiresAt: instant('expires_at'),
  /** JSON: {"linekeeper":["read","write"]}. */
  permissions: text('permissions'),
  metadata: text('metadata'),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
}, (t) => [index('api_keys_operator').on(t.referenceId)])
