/** The entry of `bun task` and `bun run up`: finds the task, says what went wrong in one sentence. */
import { ConfigError } from './config'
import { AppError } from './domain/error'
import { loadTask, TASKS } from './tasks/list'

/** Of the network, of postgres.js, and SQLSTATEs of a server that refuses. */
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|CONNECT(ION)?_\w+|28...|3D000|57P03|53300)$/

// Last of what runs at once: everything below is hoisted.
process.exit(await main(process.argv.slice(2)))

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(overview())
    return 0
  }
  const task = await loadTask(name)
  if (!task) {
    console.error(`There is no task "${name}".\n\n${overview()}`)
    return 2
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(task.usage)
    return 0
  }
  try {
    return (await task.run(args, process.env)) ?? 0
  } catch (cause) {
    console.error(explain(cause, task.usage))
    return 1
  }
}

function overview(): string {
  const width = Math.max(...TASKS.map((task) => task.name.length))
  return [
    'Usage: bun task <name> [options], with --help for the options of one',
    '',
    ...TASKS.map((task) => `  ${task.name.padEnd(width)}  ${task.about}`),
  ].join('\n')
}

/** One sentence for what its reader can mend; everything else is a bug and keeps its stack. */
function explain(cause: unknown, usage: string): string {
  if (cause instanceof AppError || cause instanceof ConfigError) return cause.message
  const { code, message, stack } = cause as { code?: string; message?: string; stack?: string }
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${message}\n\n${usage}`
  if (code !== undefined && UNREACHABLE.test(code)) return `The database cannot be reached (${message}): see DATABASE_URL`
  if (code !== undefined && /^E[A-Z]{3,}$/.test(code)) return message ?? code
  return `This should not have happened: ${stack ?? message ?? String(cause)}`
}
