import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../config-values'
import { AppError } from '../../domain/error'
import { runnerFor } from '../../store/embedded-user'
import { freePort } from '../../store/free-port'
import { Cluster } from './cluster'
import { ServerProcess } from './server-process'

export interface StageOptions {
  signal: AbortSignal
  /** Of which the server gets PATH and HOME, and nothing else. */
  env: Environment
  /** Weakened twins, for the proof of the proof: another entry, a Postgres that promises less. Tests only. */
  entry?: string
  postgresSettings?: Readonly<Record<string, string>>
}

/** A Postgres that runs, a server that does not yet, and a folder with all that they write. */
export interface Stage {
  folder: string
  cluster: Cluster
  server: ServerProcess
  url: string
  databaseUrl: string
  secret: string
}

const MOST_FAILED_STARTS = 3
const ANSWER_WITHIN_MS = 60_000

/** Whatever happens, nothing of it is left running; the folder stays only when the work says that it must be looked at. */
export async function withStage<T>(options: StageOptions, work: (stage: Stage) => Promise<{ result: T; isKept: boolean }>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-prove-'))
  // Root's Postgres runs as another user, who must be able to walk through.
  chmodSync(folder, 0o755)
  const secret = Bun.randomUUIDv7()
  const [port, databasePort] = await Promise.all([freePort(), freePort()])
  const cluster = new Cluster(folder, databasePort, options.postgresSettings)
  let server: ServerProcess | undefined
  let isKept = false
  try {
    const databaseUrl = await cluster.start()
    const env = { ...environment(folder, port, databaseUrl, secret), PATH: options.env.PATH ?? '', HOME: options.env.HOME ?? '' }
    server = new ServerProcess({ entry: options.entry ?? 'src/server.ts', env, logFile: join(folder, 'server.log') })
    const done = await work({ folder, cluster, server, url: `http://127.0.0.1:${port}`, databaseUrl, secret })
    isKept = done.isKept
    return done.result
  } finally {
    await server?.stop()
    await cluster.stop()
    if (!isKept) await remove(folder)
  }
}

/** @throws AppError `unavailable` with the server's own words when it does not start: then there is nothing to prove. */
export async function firstAnswer(server: ServerProcess, isHeard: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + ANSWER_WITHIN_MS
  while (!(await isHeard())) {
    if (signal.aborted) throw new AppError('unavailable', 'Interrupted before anything was proved')
    if (server.failedStarts >= MOST_FAILED_STARTS || performance.now() > giveUpAt) {
      throw new AppError('unavailable', `The server does not start: ${await server.lastWords()}`)
    }
    await Bun.sleep(5)
  }
}

/** Nothing of ours: only what a server needs, and limits that a flood of kills does not touch. */
function environment(folder: string, port: number, databaseUrl: string, secret: string): Record<string, string> {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(folder, 'data'),
    WEBHOOK_SECRET: secret,
    LOG_LEVEL: 'warn',
    RATE_LIMIT_SOURCE: '1000000',
    RATE_LIMIT_SESSION: '1000000',
    RATE_LIMIT_ADDRESS: '1000000',
    RATE_LIMIT_STATUS: '1000000',
  }
}

async function remove(folder: string): Promise<void> {
  const { clusterDir } = await runnerFor(folder, () => {})
  for (const path of [clusterDir, folder]) rmSync(path, { recursive: true, force: true })
}
