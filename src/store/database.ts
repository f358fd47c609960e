import { Socket } from 'node:net'
import postgres, { type Sql } from 'postgres'
import { AppError } from '../domain/error'
import { migrateDatabase } from './migrate'

/** Pools of one server process. Three, so that a flood of webhooks never keeps the dashboard waiting, nor the reverse. */
export interface Pools {
  /** The write path: one connection per batch in flight. */
  write: number
  /** Pages, the JSON API and jobs. */
  read: number
}

export interface Database {
  url: string
  write: Sql
  read: Sql
  /** NOTIFYs and holds the instance lock, apart from both pools; LISTEN takes a connection of its own. */
  bus: Sql
  pools: Pools
  close(): Promise<void>
}

export const DEFAULT_POOLS: Pools = { write: 4, read: 8 }

/**
 * Connects, migrates and hands out the pools.
 * @throws AppError `unavailable` when the server cannot be reached, is older than Postgres 15 or refuses the migration.
 */
export async function openDatabase(url: string, pools: Pools = DEFAULT_POOLS): Promise<Database> {
  await checkServer(url)
  await migrateDatabase(url)
  const write = connect(url, pools.write, { ...WRITE_PLANS, ...WRITE_TIMEOUTS })
  const read = connect(url, pools.read)
  const bus = connect(url, 2)
  return {
    url,
    write,
    read,
    bus,
    pools,
    async close() {
      await Promise.all([write, read, bus].map((client) => client.end({ timeout: 5 })))
    },
  }
}

/**
 * Every statement of the write path looks a batch of rows up by primary key. With the statistics of an empty table, or of
 * one that has just grown, the planner may prefer to hash the whole table: it must not.
 */
const WRITE_PLANS = { enable_hashjoin: 'off', enable_mergejoin: 'off', enable_seqscan: 'off', plan_cache_mode: 'force_generic_plan' }

/** A commit that takes longer is given up and tried again; the rollups rely on there being an end to it. */
const WRITE_TIMEOUTS = { statement_timeout: '30s', idle_in_transaction_session_timeout: '30s' }

/** A client with our conventions: UTC, no notices, 64-bit integers as numbers (ours stay far below 2^53). */
export function connect(url: string, max: number, parameters: Record<string, string> = {}): Sql {
  return postgres(url, {
    max,
    onnotice: () => {},
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 5,
    // By default up to 20 s: the dashboard would stay away that much longer than the database.
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 1),
    connection: { application_name: 'linekeeper', TimeZone: 'UTC', ...parameters },
    socket: deepSocket,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  } as postgres.Options<{ bigint: postgres.PostgresType }>) as unknown as Sql
}

/**
 * postgres.js stops sending statements ahead when the socket's buffer counts as full, by default after 16 kB: less than one
 * statement of a batch, which would then cost a round trip each.
 */
function deepSocket({ host, port, path }: { host: string[]; port: number[]; path?: string | false }): Socket {
  const socket = new Socket({ writableHighWaterMark: 64 << 20 } as ConstructorParameters<typeof Socket>[0])
  socket.setKeepAlive(true, 60_000)
  socket.setNoDelay(true)
  // Still connecting when it is handed over: a refusal then comes as the error that postgres.js knows how to deal with.
  return path ? socket.connect(path) : socket.connect(port[0] as number, host[0] as string)
}

/** Crash recovery of a big database takes its time. */
const STARTING_WITHIN_MS = 120_000

async function checkServer(url: string): Promise<void> {
  const client = connect(url, 1)
  try {
    const [row] = await askVersion(client)
    if (row && row.version < 150_000) throw new AppError('unavailable', `Linekeeper needs Postgres 15 or newer; this is ${Math.floor(row.version / 10_000)}`)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('unavailable', `The database cannot be reached at ${maskUrl(url)}: ${(cause as Error).message}`, { cause })
  } finally {
    await client.end({ timeout: 1 })
  }
}

/** Waits for a Postgres that is there and says that it will answer soon: after a crash, or when both were started together. */
async function askVersion(client: Sql): Promise<{ version: number }[]> {
  for (const since = performance.now(); ; await Bun.sleep(50)) {
    try {
      return await client<{ version: number }[]>`select current_setting('server_version_num')::int as version`
    } catch (cause) {
      const isStarting = (cause as { code?: string }).code === '57P03'
      if (!isStarting || performance.now() - since > STARTING_WITHIN_MS) throw cause
    }
  }
}

/** The URL without its password. */
export function maskUrl(url: string): string {
  return url.replace(/(:\/\/[^:/@]*):[^@]*@/, '$1:•••@')
}
