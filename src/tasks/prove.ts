import { writeFile } from 'node:fs/promises'
import { type Environment, parseDuration } from '../config-values'
import { PROVE_USAGE, readOptions } from './prove/options'
import { prove } from './prove/prove'
import { describeRebuild, proveRebuild } from './prove/rebuild-proof'
import { describeReport } from './prove/report'
import { describeSoak, soak } from './prove/soak'

export const usage = PROVE_USAGE

export async function run(args: string[], env: Environment): Promise<number> {
  const { prove: options, rebuild, soak: soaking } = readOptions(args, parseDuration)
  const deps = { progress: (line: string) => console.error(line), signal: interrupted(), env }
  const tell = async (report: unknown, lines: string[]) => {
    if (options.report) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`)
    for (const line of lines) console.log(line)
  }
  if (rebuild !== null) {
    const proof = await proveRebuild(rebuild, options.seed, deps)
    await tell(proof, describeRebuild(proof))
    return proof.differences.length === 0 ? 0 : 1
  }
  if (soaking !== null) {
    const report = await soak({ ...soaking, seed: options.seed }, deps)
    await tell(report, describeSoak(report))
    return report.violations.length === 0 ? 0 : 1
  }
  const { report, folder } = await prove(options, deps)
  await tell(report, describeReport(report))
  if (folder) console.log(`Everything of this run is kept in ${folder}`)
  return report.proved ? 0 : 1
}

/** Ends the run early, tidied up and judged by what was done; nobody can hurry that, or processes would be left behind. */
function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort())
  return controller.signal
}
