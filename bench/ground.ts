/** One Postgres for all contenders, with a migrated database for each: the embedded one, in a folder that goes afterwards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { connect } from '../src/store/database'
import { startEmbedded } from '../src/store/embedded'
import { migrateDatabase } from '../src/store/migrate'
import { familyOf } from './cpu'

export interface Ground {
  /** Where contenders may write. */
  folder: string
  /** A fresh, migrated database. */
  database(name: string): Promise<string>
  /** How many deliveries a database holds. */
  countDeliveries(databaseUrl: string): Promise<number>
  /** The postmaster and all its backends. */
  postgresPids(): number[]
  /** So that no run pays for the one before it. */
  settle(): Promise<void>
  version: string
  close(): Promise<void>
}

/** pgbench wants 64 at once, beside those of the servers. */
const MOST_CONNECTIONS = 160

export async function prepareGround(progress: (line: string) => void): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'))
  // Root's Postgres runs as another user, who must be able to walk through.
  chmodSync(folder, 0o755)
  const cluster = await startEmbedded(folder, progress)
  await cluster.stop()
  const postmaster = await restart(join(folder, 'postgres'), cluster.url)
  const admin: Sql = connect(cluster.url.replace(/\/[^/]*$/, '/postgres'), 1)
  const [row] = await admin<{ server_version: string }[]>`show server_version`
  return {
    folder,
    version: row?.server_version ?? 'unknown',
    async database(name) {
      await admin.unsafe(`create database ${name}`)
      const url = cluster.url.replace(/\/[^/]*$/, `/${name}`)
      await migrateDatabase(url)
      return url
    },
    async countDeliveries(databaseUrl) {
      const client = connect(databaseUrl, 1)
      const [row] = await client<{ count: number }[]>`select count(*) as count from deliveries`
      await client.end()
      return row?.count ?? 0
    },
    postgresPids: () => familyOf(postmaster.pid as number),
    async settle() {
      await untilVacuumed(admin)
      await admin`checkpoint`
    },
    async close() {
      await admin.end()
      const gone = new Promise((done) => postmaster.once('exit', done))
      postmaster.kill('SIGINT')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const VACUUM_WITHIN_MS = 30_000

/** What one contender updated is cleaned up after it, on the processors of the next. */
async function untilVacuumed(admin: Sql): Promise<void> {
  const giveUpAt = performance.now() + VACUUM_WITHIN_MS
  while (performance.now() < giveUpAt) {
    const busy = await admin`select 1 from pg_stat_activity where backend_type = 'autovacuum worker' limit 1`
    if (busy.length === 0) return
    await Bun.sleep(100)
  }
}

/** Started again as it was, with room for more connections. */
async function restart(clusterDir: string, url: string): Promise<ChildProcess> {
  const [binary = '', ...given] = readFileSync(join(clusterDir, 'postmaster.opts'), 'utf8')
    .trim()
    .split(/ (?=")/)
  const args = given.map((argument) => argument.replace(/^"|"$/g, '').replace(/^max_connections=.*/, `max_connections=${MOST_CONNECTIONS}`))
  const { uid, gid } = statSync(clusterDir)
  const isRoot = process.getuid?.() === 0
  const child = spawn(binary, args, { stdio: 'ignore', ...(isRoot ? { uid, gid } : {}), env: { ...process.env, LC_ALL: 'C' } })
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) break
    const probe = connect(url, 1)
    const answered = await probe`select 1`.then(
      () => true,
      () => false,
    )
    await probe.end({ timeout: 1 })
    if (answered) return child
    await Bun.sleep(50)
  }
  throw new Error('The Postgres of the benchmark did not come up again')
}
