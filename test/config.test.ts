import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ConfigError, loadConfig } from '../src/config'
import { parseDuration, parseSize } from '../src/config-values'

const folder = mkdtempSync(join(tmpdir(), 'linekeeper-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function problemsOf(env: Record<string, string>): ConfigError['problems'] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the configuration', () => {
  test('without any variable has the documented defaults', () => {
    expect(loadConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      reusePort: false,
      databaseUrl: null,
      dataDir: resolve('./data'),
      webhookSecret: null,
      publicUrl: 'http://localhost:3000',
      encryptionKey: null,
      adminEmail: null,
      adminPassword: null,
      apiKey: null,
      corsOrigins: [],
      trustedProxies: { hops: 0, cidrs: [] },
      maxBodyBytes: 16_777_216,
      journalMaxBytes: 1_073_741_824,
      rateLimits: { source: 5_000, session: 1_000, address: 5_000, status: 600, login: 10 },
      staleAfterMs: 900_000,
      qrExpiresAfterMs: 60_000,
      connectingTimeoutMs: 180_000,
      retentionBodiesMs: 14 * 86_400_000,
      retentionEventsMs: 90 * 86_400_000,
      redisUrl: null,
      logLevel: 'info',
      sentryDsn: null,
      metricsToken: null,
      otelEndpoint: null,
      pools: { write: 4, read: 8 },
      demo: false,
    })
  })

  test('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', WEBHOOK_SECRET: '', TRUSTED_PROXIES: ' ' })).toEqual(loadConfig({}))
  })

  test('follows PORT in the public URL, and drops the slash at the end of a given one', () => {
    expect(loadConfig({ PORT: '8080' }).publicUrl).toBe('http://localhost:8080')
    expect(loadConfig({ PUBLIC_URL: 'https://line.example.com/' }).publicUrl).toBe('https://line.example.com')
  })

  test('reads durations and sizes with their units, and refuses a bare number as a duration', () => {
    const durations = ['1500ms', '60s', '15m', '1.5h', '14d', '2w', '15', '-1s', '1 year', ''].map(parseDuration)
    expect(durations).toEqual([1_500, 60_000, 900_000, 5_400_000, 1_209_600_000, 1_209_600_000, null, null, null, null])
    expect(['65536', '16MiB', '16 MB', '1.5kib', 'lots', '-1'].map(parseSize)).toEqual([65_536, 16_777_216, 16_000_000, 1_536, null, null])
    expect(loadConfig({ STALE_AFTER: '20m', MAX_BODY_BYTES: '1MiB' })).toMatchObject({ staleAfterMs: 1_200_000, maxBodyBytes: 1_048_576 })
  })

  test('tells every problem at once, each with its name, what was given and what is allowed', () => {
    const problems = problemsOf({
      PORT: '70000',
      STALE_AFTER: '15',
      LOG_LEVEL: 'loud',
      MAX_BODY_BYTES: 'big',
      PUBLIC_URL: 'example.com',
      CORS_ORIGINS: 'https://a.example/x',
      TRUSTED_PROXIES: '10.0.0.0/33',
    })
    expect(problems.map((problem) => [problem.name, problem.given])).toEqual([
      ['PORT', '70000'],
      ['PUBLIC_URL', 'example.com'],
      ['CORS_ORIGINS', 'https://a.example/x'],
      ['TRUSTED_PROXIES', '10.0.0.0/33'],
      ['MAX_BODY_BYTES', 'big'],
      ['STALE_AFTER', '15'],
      ['LOG_LEVEL', 'loud'],
    ])
    expect(problems[0]?.allowed).toBe('a whole number from 0 to 65535')
    expect(new ConfigError(problems).message).toContain('PORT: given 70000, allowed is a whole number from 0 to 65535')
  })

  test('masks secrets in what it tells', () => {
    const secrets = {
      ENCRYPTION_KEY: 'far-too-short-a-key',
      API_KEY: 'shorty-key',
      ADMIN_PASSWORD: 'hunter2',
      DATABASE_URL: 'mysql://root:pa55word@db/x',
      REDIS_URL: 'pa55word',
      SENTRY_DSN: 'pa55word',
    }
    const problems = problemsOf(secrets)
    expect(problems.map((problem) => problem.name).sort()).toEqual([
      'ADMIN_EMAIL',
      'ADMIN_PASSWORD',
      'API_KEY',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'REDIS_URL',
      'SENTRY_DSN',
    ])
    const told = new ConfigError(problems).message
    for (const secret of Object.values(secrets)) expect(told).not.toContain(secret)
    expect(told).not.toContain('pa55word')
  })

  test('reads every secret from the file that its _FILE variable names', () => {
    const file = join(folder, 'secret')
    writeFileSync(file, 'from a file, long enough\n')
    const config = loadConfig({
      WEBHOOK_SECRET_FILE: file,
      API_KEY_FILE: file,
      METRICS_TOKEN_FILE: file,
      ADMIN_PASSWORD_FILE: file,
      ADMIN_EMAIL: 'a@example.com',
    })
    expect([config.webhookSecret, config.apiKey, config.metricsToken, config.adminPassword]).toEqual(Array(4).fill('from a file, long enough'))
    expect(problemsOf({ WEBHOOK_SECRET: 'x', WEBHOOK_SECRET_FILE: file })[0]?.allowed).toBe('only one of WEBHOOK_SECRET and WEBHOOK_SECRET_FILE')
    expect(problemsOf({ API_KEY_FILE: join(folder, 'nothing') })[0]?.allowed).toBe('a file that can be read (ENOENT)')
  })

  test('takes an encryption key of 32 bytes in base64, with either alphabet', () => {
    const key = Buffer.alloc(32, 0xfb)
    expect(loadConfig({ ENCRYPTION_KEY: key.toString('base64') }).encryptionKey).toEqual(new Uint8Array(key))
    expect(loadConfig({ ENCRYPTION_KEY: key.toString('base64url') }).encryptionKey).toEqual(new Uint8Array(key))
    expect(problemsOf({ ENCRYPTION_KEY: Buffer.alloc(31).toString('base64') })).toHaveLength(1)
  })

  test('takes proxies as a number of hops or as networks', () => {
    expect(loadConfig({ TRUSTED_PROXIES: '2' }).trustedProxies).toEqual({ hops: 2, cidrs: [] })
    expect(loadConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' }).trustedProxies).toEqual({ hops: 0, cidrs: ['10.0.0.0/8', '::1'] })
  })

  test('never keeps a body longer than its events', () => {
    expect(loadConfig({ RETENTION_EVENTS: '7d' })).toMatchObject({ retentionBodiesMs: 7 * 86_400_000, retentionEventsMs: 7 * 86_400_000 })
    expect(problemsOf({ RETENTION_EVENTS: '7d', RETENTION_BODIES: '8d' }).map((problem) => problem.name)).toEqual(['RETENTION_BODIES'])
    expect(problemsOf({ RETENTION_EVENTS: '1h' })[0]?.allowed).toContain('at least 1d')
  })

  test('tells a misspelt name of its own families', () => {
    expect(problemsOf({ RATE_LIMIT_SESSIONS: '5' })[0]).toMatchObject({ name: 'RATE_LIMIT_SESSIONS' })
  })
})

test('a webhook secret that could be guessed, or that a sender comes with, is refused by name and never repeated', () => {
  for (const [secret, why] of [
    ['secret', 'GOWA'],
    ['THISISMYSECURETOKEN', 'WPPConnect'],
    ['hunter22', 'shorter than 16 characters'],
  ] as const) {
    const [problem] = problemsOf({ WEBHOOK_SECRET: secret })
    expect(problem).toMatchObject({ name: 'WEBHOOK_SECRET', allowed: expect.stringContaining(why) })
    expect(JSON.stringify(problem)).not.toContain(`"${secret}`)
  }
})

test.each(['API_KEY', 'METRICS_TOKEN'])('%s is one that nobody guesses: long, of many characters and no word of a documentation', (name) => {
  for (const [given, why] of [
    ['x9-4f_kQ2mZ7pL0vB3nR8', 'at least 22 characters: openssl rand -hex 32'],
    ['abababababababababababab', 'fewer than 6 different characters'],
    ['your-very-own-secret-key', 'placeholder'],
    ['429683C4C977415CAAFCCE10F7D57E11', 'Evolution API'],
    ['x9-4f_kQ2mZ7pL0vB3nR8yT ', 'a blank'],
  ] as const) {
    const [problem, ...others] = problemsOf({ [name]: given })
    expect(problem).toMatchObject({ name, allowed: expect.stringContaining(why) })
    expect(others).toEqual([])
    expect(JSON.stringify(problem)).not.toContain(given.trim())
  }
  expect(problemsOf({ [name]: 'x9-4f_kQ2mZ7pL0vB3nR8y' })).toEqual([])
})
