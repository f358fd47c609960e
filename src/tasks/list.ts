import { join } from 'node:path'
import type { Environment } from '../config-values'

/** What each file of this folder that is named in TASKS exports. */
export interface Task {
  /** Shown by --help. */
  usage: string
  /**
   * Does it. Nothing (undefined), or 0, means success; another number is the exit code of a task that did its work and found
   * something wrong.
   * @throws AppError or ConfigError for what an operator can mend.
   */
  run(args: string[], env: Environment): Promise<number | undefined>
}

/** In the order of a life. */
export const TASKS: readonly { name: string; about: string }[] = [
  { name: 'up', about: 'starts the server and says where everything is' },
  { name: 'migrate', about: 'brings the schema of the database up to date' },
  { name: 'seed', about: 'fills an empty database with believable sessions' },
  { name: 'simulate', about: 'plays realistic senders against a running server' },
  { name: 'replay', about: 'decodes what a source delivered again, after an upgrade' },
  { name: 'rebuild', about: 'folds the ledger anew; --check prints the difference' },
  { name: 'backup', about: 'writes everything into one file' },
  { name: 'restore', about: 'reads such a file into an empty database' },
  { name: 'doctor', about: 'checks configuration, database, disk and keys, with remedies' },
  { name: 'create-user', about: 'creates an operator who can log in' },
  { name: 'create-api-key', about: 'makes a key for the JSON API' },
  { name: 'rotate-secret', about: 'gives a source a new secret and retires the old ones' },
  { name: 'prove', about: 'kills the server again and again, and counts what was lost' },
]

export async function loadTask(name: string): Promise<Task | undefined> {
  if (!TASKS.some((task) => task.name === name)) return undefined
  return (await import(join(import.meta.dir, `${name}.ts`))) as Task
}
