import { join } from 'node:path'
import type { Ground } from '../ground'
import type { HttpServer } from './http'

const ROOT = join(import.meta.dir, '../..')

/** No rate limit: what is measured is the way of a delivery, not how it is slowed down. */
const NO_LIMITS = { RATE_LIMIT_SOURCE: '1000000', RATE_LIMIT_SESSION: '1000000', RATE_LIMIT_ADDRESS: '1000000' }

/** The real server, as `bun start` runs it, on a database of the common Postgres; with an empty URL on its own embedded one. */
export function linekeeper(ground: Ground, secret: string, databaseUrl: string, folder = 'data'): HttpServer {
  return {
    id: 'linekeeper',
    label: 'Linekeeper',
    readyPath: '/readyz',
    guess: 9_000,
    command: async (port) => ({ argv: [process.execPath, join(ROOT, 'src/server.ts')], env: serverEnv(ground, secret, databaseUrl, port, folder) }),
  }
}

export function serverEnv(ground: Ground, secret: string, databaseUrl: string, port: number, folder = 'data'): Record<string, string> {
  return {
    NODE_ENV: 'production',
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(ground.folder, folder),
    WEBHOOK_SECRET: secret,
    // The same for all: several of them share databases.
    ENCRYPTION_KEY: Buffer.alloc(32, 'bench').toString('base64'),
    LOG_LEVEL: 'warn',
    ...NO_LIMITS,
  }
}

/** The same HTTP edge and the same work on each delivery, but the store answers at once. */
export function frontHalf(secret: string): HttpServer {
  return {
    id: 'front-half',
    label: 'Linekeeper without its database',
    readyPath: '/',
    guess: 15_000,
    command: async (port) => ({
      argv: [process.execPath, join(import.meta.dir, 'front-half-server.ts')],
      env: { NODE_ENV: 'production', PORT: String(port), WEBHOOK_SECRET: secret },
    }),
  }
}

/** What a user would write instead: see fastify-server.mjs. */
export function fastify(runtime: 'node' | 'bun', secret: string, databaseUrl: string): HttpServer {
  return {
    id: `fastify-${runtime}`,
    label: `Fastify + pg on ${runtime === 'bun' ? 'Bun' : 'Node'}`,
    readyPath: '/',
    guess: 1_500,
    command: async (port) => ({
      argv: [runtime === 'bun' ? process.execPath : 'node', join(import.meta.dir, 'fastify-server.mjs')],
      env: { NODE_ENV: 'production', PORT: String(port), DATABASE_URL: databaseUrl, WEBHOOK_SECRET: secret },
    }),
  }
}
