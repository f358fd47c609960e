/** The only reader of the environment. What each variable means stands in the README's table. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { type ConfigProblem, type Environment, EnvironmentReader, mask } from './config-values'
import { DAY_MS, MINUTE_MS } from './domain/time'
import { secretProblem } from './signing/secret-policy'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Whose X-Forwarded-For counts: so many proxies before us, or those with these addresses. Neither = nobody's. */
export interface TrustedProxies {
  hops: number
  /** CIDRs and single addresses, e.g. `10.0.0.0/8`, `::1`. */
  cidrs: string[]
}

/** Deliveries per second for source, session and address; requests per minute for status endpoints and log-ins. */
export interface RateLimits {
  source: number
  session: number
  address: number
  status: number
  login: number
}

export interface Config {
  /** 0 = any that is free, for tests. */
  port: number
  host: string
  /** Another instance may listen on the same port. */
  reusePort: boolean
  /** null = the embedded Postgres in `dataDir`. */
  databaseUrl: string | null
  /** Absolute. */
  dataDir: string
  webhookSecret: string | null
  /** Without a slash at the end. */
  publicUrl: string
  /** 32 bytes; null = generated into `dataDir`. */
  encryptionKey: Uint8Array | null
  adminEmail: string | null
  adminPassword: string | null
  apiKey: string | null
  /** Origins as browsers send them, or `*`. */
  corsOrigins: string[]
  trustedProxies: TrustedProxies
  maxBodyBytes: number
  /** Of the journal, on disk. */
  journalMaxBytes: number
  rateLimits: RateLimits
  staleAfterMs: number
  qrExpiresAfterMs: number
  connectingTimeoutMs: number
  retentionBodiesMs: number
  retentionEventsMs: number
  redisUrl: string | null
  logLevel: LogLevel
  sentryDsn: string | null
  metricsToken: string | null
  otelEndpoint: string | null
  pools: { write: number; read: number }
  /** Started with `--demo`: shows made-up senders. */
  demo: boolean
}

/** Everything that is wrong with the environment; its message has one line per problem. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ name, given, allowed }) => `  ${name}: given ${given === '' ? 'nothing' : given}, allowed is ${allowed}`)
    super(`The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
  }
}

/**
 * Reads and checks the whole environment.
 * @throws ConfigError with every problem at once; secrets in it are masked.
 */
export function loadConfig(env: Environment, flags: { demo?: boolean } = {}): Config {
  const read = new EnvironmentReader(env)
  const port = read.integer('PORT', 3000, 0, 65_535)
  const config: Config = {
    port,
    host: read.text('HOST') ?? '127.0.0.1',
    reusePort: read.choice('REUSE_PORT', 'false', ['true', 'false']) === 'true',
    ...readDatabase(read),
    dataDir: resolve(read.text('DATA_DIR') ?? './data'),
    ...readSecrets(read),
    publicUrl: read.url('PUBLIC_URL', read.text('PUBLIC_URL'), ['http:', 'https:']) ?? `http://localhost:${port}`,
    corsOrigins: readOrigins(read),
    trustedProxies: readProxies(read),
    maxBodyBytes: read.bytes('MAX_BODY_BYTES', 16 * 1024 ** 2, 1024, 1024 ** 3),
    journalMaxBytes: read.bytes('JOURNAL_MAX_BYTES', 1024 ** 3, 1024 ** 2, 1024 ** 5),
    rateLimits: readRateLimits(read),
    staleAfterMs: read.durationMs('STALE_AFTER', 15 * MINUTE_MS, 1_000, '1s'),
    qrExpiresAfterMs: read.durationMs('QR_EXPIRES_AFTER', MINUTE_MS, 1_000, '1s'),
    connectingTimeoutMs: read.durationMs('CONNECTING_TIMEOUT', 3 * MINUTE_MS, 1_000, '1s'),
    ...readRetention(read),
    logLevel: read.choice('LOG_LEVEL', 'info', LOG_LEVELS),
    otelEndpoint: read.url('OTEL_EXPORTER_OTLP_ENDPOINT', read.text('OTEL_EXPORTER_OTLP_ENDPOINT'), ['http:', 'https:']),
    demo: flags.demo ?? false,
  }
  checkNames(read)
  if (read.problems.length > 0) throw new ConfigError(read.problems)
  return config
}

function readDatabase(read: EnvironmentReader): Pick<Config, 'databaseUrl' | 'redisUrl' | 'pools'> {
  // Both hold passwords: a wrong one is not shown at all.
  const database = read.secret('DATABASE_URL')
  const redis = read.secret('REDIS_URL')
  return {
    databaseUrl: read.url('DATABASE_URL', database, ['postgres:', 'postgresql:'], database && mask(database)),
    redisUrl: read.url('REDIS_URL', redis, ['redis:', 'rediss:'], redis && mask(redis)),
    pools: { write: read.integer('DB_POOL_WRITE', 4, 1, 64), read: read.integer('DB_POOL_READ', 8, 1, 200) },
  }
}

/** `API_KEY` opens everything, `METRICS_TOKEN` all figures. Of random letters and digits so many are 128 bits. */
const SHORTEST_KEY = 22
/** As the set-up page asks for. */
const SHORTEST_PASSWORD = 12

function readSecrets(
  read: EnvironmentReader,
): Pick<Config, 'webhookSecret' | 'encryptionKey' | 'adminEmail' | 'adminPassword' | 'apiKey' | 'metricsToken' | 'sentryDsn'> {
  const sentryDsn = read.secret('SENTRY_DSN')
  return {
    webhookSecret: readWebhookSecret(read),
    encryptionKey: readEncryptionKey(read),
    ...readAdmin(read),
    apiKey: readKey(read, 'API_KEY'),
    metricsToken: readKey(read, 'METRICS_TOKEN'),
    sentryDsn: read.url('SENTRY_DSN', sentryDsn, ['http:', 'https:'], sentryDsn && mask(sentryDsn)),
  }
}

function readAdmin(read: EnvironmentReader): Pick<Config, 'adminEmail' | 'adminPassword'> {
  const adminEmail = read.text('ADMIN_EMAIL')
  const adminPassword = read.secret('ADMIN_PASSWORD')
  if (adminPassword !== null && adminPassword.length < SHORTEST_PASSWORD)
    read.problem('ADMIN_PASSWORD', mask(adminPassword), `at least ${SHORTEST_PASSWORD} characters`)
  if (adminEmail !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(adminEmail)) read.problem('ADMIN_EMAIL', adminEmail, 'an e-mail address')
  if (adminEmail !== null && adminPassword === null) read.problem('ADMIN_PASSWORD', '', 'a password, because ADMIN_EMAIL is set')
  if (adminEmail === null && adminPassword !== null) read.problem('ADMIN_EMAIL', '', 'an e-mail address, because ADMIN_PASSWORD is set')
  return { adminEmail, adminPassword }
}

/** A key that programs send, so that nothing is gained by one that can be remembered. */
function readKey(read: EnvironmentReader, name: string): string | null {
  const key = read.secret(name)
  if (key === null) return null
  if (key.length < SHORTEST_KEY) read.problem(name, mask(key), `at least ${SHORTEST_KEY} characters: openssl rand -hex 32`)
  else {
    const problem = secretProblem(key)
    if (problem !== null) read.problem(name, mask(key), `a key of your own; ${problem}`)
  }
  return key
}

function readWebhookSecret(read: EnvironmentReader): string | null {
  const secret = read.secret('WEBHOOK_SECRET')
  const problem = secret === null ? null : secretProblem(secret)
  if (secret !== null && problem !== null) read.problem('WEBHOOK_SECRET', mask(secret), `a secret of your own; ${problem}`)
  return secret
}

function readEncryptionKey(read: EnvironmentReader): Uint8Array | null {
  const text = read.secret('ENCRYPTION_KEY')
  if (text === null) return null
  const key = new Uint8Array(Buffer.from(text.trim(), 'base64'))
  if (key.byteLength === 32 && /^[\w+/-]{43}=?$/.test(text.trim())) return key
  read.problem('ENCRYPTION_KEY', mask(text), '32 bytes in base64: openssl rand -base64 32')
  return null
}

function readOrigins(read: EnvironmentReader): string[] {
  const origins = read.list('CORS_ORIGINS')
  for (const origin of origins) {
    const isOrigin = origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)
    if (!isOrigin) read.problem('CORS_ORIGINS', origin, 'origins such as https://app.example.com, separated by commas, or *')
  }
  return origins
}

function readProxies(read: EnvironmentReader): TrustedProxies {
  const items = read.list('TRUSTED_PROXIES')
  if (items.length === 1 && /^\d{1,2}$/.test(items[0] as string)) return { hops: Number(items[0]), cidrs: [] }
  for (const item of items) {
    if (!isNetwork(item)) read.problem('TRUSTED_PROXIES', item, 'a number of proxies, or addresses and CIDRs separated by commas')
  }
  return { hops: 0, cidrs: items }
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/** Generous: wwebjs-api never posts again, so a 429 loses events for good, and bursts of 2,245 parallel posts were measured. */
function readRateLimits(read: EnvironmentReader): RateLimits {
  const most = 1_000_000
  return {
    source: read.integer('RATE_LIMIT_SOURCE', 5_000, 1, most),
    session: read.integer('RATE_LIMIT_SESSION', 1_000, 1, most),
    address: read.integer('RATE_LIMIT_ADDRESS', 5_000, 1, most),
    status: read.integer('RATE_LIMIT_STATUS', 600, 1, most),
    login: read.integer('RATE_LIMIT_LOGIN', 10, 1, most),
  }
}

/** The ledger is dropped by whole days, so less than one makes no sense; a body without its events would never be shown. */
function readRetention(read: EnvironmentReader): Pick<Config, 'retentionBodiesMs' | 'retentionEventsMs'> {
  const retentionEventsMs = read.durationMs('RETENTION_EVENTS', 90 * DAY_MS, DAY_MS, '1d')
  const bodies = read.durationMs('RETENTION_BODIES', 14 * DAY_MS, DAY_MS, '1d')
  if (bodies > retentionEventsMs && read.text('RETENTION_BODIES') !== null) {
    read.problem('RETENTION_BODIES', read.text('RETENTION_BODIES') ?? '', 'not longer than RETENTION_EVENTS')
  }
  return { retentionBodiesMs: Math.min(bodies, retentionEventsMs), retentionEventsMs }
}

const KNOWN_OF_FAMILY: Record<string, readonly string[]> = {
  RATE_LIMIT_: ['SOURCE', 'SESSION', 'ADDRESS', 'STATUS', 'LOGIN'],
  RETENTION_: ['BODIES', 'EVENTS'],
  DB_POOL_: ['WRITE', 'READ'],
}

/** A misspelt name would be ignored in silence: in our own families that is told. */
function checkNames(read: EnvironmentReader): void {
  for (const name of read.names()) {
    for (const [family, known] of Object.entries(KNOWN_OF_FAMILY)) {
      if (name.startsWith(family) && !known.includes(name.slice(family.length))) {
        read.problem(name, read.text(name) ?? '', `one of ${known.map((end) => family + end).join(', ')}`)
      }
    }
  }
}
