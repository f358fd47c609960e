import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import type { Environment } from '../config-values'
import { rebuild } from '../ingest/rebuild'
import { holdInstanceLock } from '../store/instance-lock'
import { withClient, withDatabase } from './connection'

export const usage = `Usage: bun task rebuild [--check]

Folds the whole ledger anew and puts right what differs from it. With --check it only prints the difference, also while the
server runs; the exit code is 1 when there is one. Without, the server must be stopped.`

const BUSY = 'A server runs on this database: stop it to rebuild, or only look with --check'
/** Differences beyond these are counted, not printed. */
const SHOWN = 50

export async function run(args: string[], env: Environment): Promise<number> {
  const { values } = parseArgs({ args, options: { check: { type: 'boolean', default: false } } })
  const config = loadConfig(env)
  return withDatabase(config, console.log, (url) =>
    withClient(url, 3, async (sql) => {
      const lock = values.check ? undefined : await holdInstanceLock(sql, { message: BUSY })
      try {
        const report = await rebuild(sql, { repair: !values.check, progress: progressLine })
        for (const difference of report.differences.slice(0, SHOWN)) console.log(difference)
        if (report.differences.length > SHOWN) console.log(`and ${report.differences.length - SHOWN} more`)
        console.log(`${report.events} events of ${report.sessions} sessions folded: ${summaryOf(report.differences.length, values.check)}`)
        return values.check && report.differences.length > 0 ? 1 : 0
      } finally {
        await lock?.release()
      }
    }),
  )
}

function summaryOf(differences: number, isCheck: boolean): string {
  if (differences === 0) return 'no difference'
  return isCheck ? `${differences} differences` : `${differences} differences put right`
}

let lastShown = 0

/** At most one line a second, on stderr: what is found goes to stdout. */
function progressLine(done: number, of: number): void {
  const now = performance.now()
  if (now - lastShown < 1_000 && done < of) return
  lastShown = now
  console.error(`${done} of ${of} sessions`)
}
