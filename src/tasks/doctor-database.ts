import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import type { Config } from '../config'
import { AppError } from '../domain/error'
import { isLive } from '../domain/rotation'
import { DAY_MS } from '../domain/time'
import { secretProblem } from '../signing/secret-policy'
import { countMissingMigrations, findDurability, findLastPartition } from '../store/checks'
import { checkDefaultPartitions } from '../store/retention'
import { listSources, type Source } from '../store/sources'
import { KEY_FILE, openVault } from '../store/vault'
import type { Finding } from './doctor'

const MIGRATIONS = join(import.meta.dir, '../../db/migrations')
const CLOCK_MS = 2_000

/** What the database promises, and whether our own tables are as they should be. */
export async function checkDatabase(sql: Sql, config: Config): Promise<Finding[]> {
  const findings = await checkServer(sql)
  const migrations = await checkMigrations(sql)
  if (migrations.level === 'FAIL') return [...findings, migrations]
  return [...findings, migrations, ...(await checkPartitions(sql)), ...(await checkSecrets(sql, config))]
}

async function checkServer(sql: Sql): Promise<Finding[]> {
  const asked = Date.now()
  const { version, fsync, synchronousCommit, fullPageWrites, now } = await findDurability(sql)
  const off = [fsync === 'off' && 'fsync', synchronousCommit === 'off' && 'synchronous_commit', fullPageWrites === 'off' && 'full_page_writes'].filter(
    (name) => name !== false,
  )
  // Half of the way there and back belongs to the question.
  const skew = Math.abs(now - (asked + Date.now()) / 2)
  return [
    {
      name: 'database',
      level: Number.parseInt(version, 10) >= 15 ? 'ok' : 'FAIL',
      detail: `Postgres ${version}`,
      remedy: 'Linekeeper needs Postgres 15 or newer',
    },
    off.length === 0
      ? { name: 'durability', level: 'ok', detail: 'a commit is on disk: fsync, synchronous_commit and full_page_writes are on' }
      : { name: 'durability', level: 'FAIL', detail: `${off.join(' and ')} off: what was acknowledged can be lost`, remedy: 'turn it on in postgresql.conf' },
    {
      name: 'clock',
      level: skew <= CLOCK_MS ? 'ok' : 'warn',
      detail: `${Math.round(skew)} ms off the database's`,
      remedy: 'let both machines keep time with NTP',
    },
  ]
}

async function checkMigrations(sql: Sql): Promise<Finding> {
  const name = 'schema'
  const missing = await countMissingMigrations(sql, MIGRATIONS)
  if (missing === null) return { name, level: 'FAIL', detail: 'is of a newer version of Linekeeper', remedy: 'start the newer version' }
  if (missing > 0) return { name, level: 'FAIL', detail: `${missing} migrations are missing`, remedy: 'bun task migrate, or start the server' }
  return { name, level: 'ok', detail: 'up to date' }
}

async function checkPartitions(sql: Sql): Promise<Finding[]> {
  const last = await findLastPartition(sql)
  const ahead = last === null ? -1 : Math.floor((last - Date.now()) / DAY_MS) + 1
  const strays = await checkDefaultPartitions(sql)
  const rows = strays.events + strays.deliveries
  return [
    {
      name: 'partitions',
      level: ahead >= 2 ? 'ok' : ahead >= 0 ? 'warn' : 'FAIL',
      detail: `${Math.max(ahead, 0)} days ahead`,
      remedy: 'start the server: it makes them every hour; bun task migrate does too',
    },
    {
      name: 'default rows',
      level: rows === 0 ? 'ok' : 'warn',
      detail: `${strays.events} events, ${strays.deliveries} deliveries outside of their day`,
      remedy: 'docs/operations.md says how to move them',
    },
  ]
}

async function checkSecrets(sql: Sql, config: Config): Promise<Finding[]> {
  const name = 'encryption key'
  // openVault would make one, and the next start would take it for the right one.
  if (config.encryptionKey === null && !existsSync(join(config.dataDir, KEY_FILE))) {
    const detail = `neither ENCRYPTION_KEY nor ${KEY_FILE} in DATA_DIR`
    return [{ name, level: 'warn', detail, remedy: 'nothing on a new machine: the first start makes one. After a restore: put the old one back' }]
  }
  try {
    const vault = await openVault(config)
    const sources = await listSources(sql, vault)
    const secrets = sources.reduce((sum, source) => sum + source.secrets.length, 0)
    return [{ name, level: 'ok', detail: `${vault.keyId} opens all ${secrets} secrets of ${sources.length} sources` }, ...sources.flatMap(checkProofs)]
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    return [{ name, level: 'FAIL', detail: cause.message }]
  }
}

/** Sources that strangers could post to. */
function checkProofs(source: Source): Finding[] {
  const name = 'source'
  if (source.schemes?.some((setting) => setting.scheme === 'none')) {
    return [
      { name, level: 'warn', detail: `"${source.slug}" asks for no proof`, remedy: 'let it accept another scheme, unless the network keeps strangers out' },
    ]
  }
  const problems = source.secrets.filter((secret) => isLive(secret, Date.now())).map((secret) => secretProblem(secret.value))
  return problems
    .filter((problem) => problem !== null)
    .map((problem) => ({
      name,
      level: 'warn',
      detail: `a secret of "${source.slug}" is weak: ${problem}`,
      remedy: `bun task rotate-secret --source ${source.slug}`,
    }))
}
