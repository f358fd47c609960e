import { writeFile } from 'node:fs/promises'
import { type Environment, parseDuration } from '../config-values'
import { PROVE_USAGE, readOptions } from './prove/options'
import { prove } from './prove/prove'
import { describeReport } from './prove/report'

export const usage = PROVE_USAGE

export async function run(args: string[], env: Environment): Promise<number> {
  const { prove: options } = readOptions(args, parseDuration)
  const { report, folder } = await prove(options, { progress: (line) => console.error(line), signal: interrupted(), env })
  if (options.report) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`)
  for (const line of describeReport(report)) console.log(line)
  if (folder) console.log(`Everything of this run is kept in ${folder}`)
  return report.proved ? 0 : 1
}

/** Ends the run early, tidied up and judged by what was done; nobody can hurry that, or processes would be left behind. */
function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort())
  return controller.signal
}
