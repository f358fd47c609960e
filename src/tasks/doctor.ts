import { parseArgs } from 'node:util'
import { type Config, ConfigError, loadConfig } from '../config'
import type { Environment } from '../config-values'
import { AppError } from '../domain/error'
import { connect } from '../store/database'
import { withDatabase } from './connection'
import { checkDatabase } from './doctor-database'
import { checkMachine } from './doctor-machine'

export const usage = `Usage: bun task doctor

Checks configuration, data folder, keys, disk, port, clock and database. Each line says ok, warn or FAIL, and what to do; the
exit code is 1 when one says FAIL.`

/** One thing looked at. `remedy` is told when it is not ok. */
export interface Finding {
  name: string
  level: 'ok' | 'warn' | 'FAIL'
  detail: string
  remedy?: string
}

export async function run(args: string[], env: Environment): Promise<number> {
  parseArgs({ args, options: {} })
  let failed = false
  const tell = (findings: Finding[]) => {
    for (const { name, level, detail, remedy } of findings) {
      console.log(`${level.padEnd(4)}  ${name.padEnd(14)} ${detail}${level !== 'ok' && remedy ? `\n${' '.repeat(21)}→ ${remedy}` : ''}`)
    }
    failed ||= findings.some((finding) => finding.level === 'FAIL')
  }
  const config = readConfig(env, tell)
  if (!config) return 1
  tell(await checkMachine(config))
  tell(await examineDatabase(config))
  return failed ? 1 : 0
}

function readConfig(env: Environment, tell: (findings: Finding[]) => void): Config | undefined {
  try {
    const config = loadConfig(env)
    tell([{ name: 'configuration', level: 'ok', detail: 'every variable can be read' }])
    return config
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause
    tell(
      cause.problems.map(({ name, given, allowed }) => ({
        name: 'configuration',
        level: 'FAIL',
        detail: `${name}: given ${given || 'nothing'}`,
        remedy: `allowed is ${allowed}`,
      })),
    )
    return undefined
  }
}

async function examineDatabase(config: Config): Promise<Finding[]> {
  try {
    return await withDatabase(
      config,
      () => {},
      async (url) => {
        const sql = connect(url, 1)
        try {
          return await checkDatabase(sql, config)
        } finally {
          await sql.end({ timeout: 1 })
        }
      },
    )
  } catch (cause) {
    const detail = cause instanceof AppError ? cause.message : `cannot be reached: ${(cause as Error).message}`
    return [
      {
        name: 'database',
        level: 'FAIL',
        detail,
        remedy: config.databaseUrl ? 'see DATABASE_URL, and that Postgres runs there' : `see ${config.dataDir}/postgres.log`,
      },
    ]
  }
}
