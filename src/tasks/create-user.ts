import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import type { Environment } from '../config-values'
import { AppError } from '../domain/error'
import { openDatabase } from '../store/database'
import { isRole, ROLES } from '../web/auth/roles'
import { withDatabase } from './connection'
import { readSecretInput } from './secret-input'

export const usage = `Usage: bun task create-user --email <address> [--name <name>] [--role admin|operator|viewer]

Asks for the password, or reads it from standard input: echo "$PASSWORD" | bun task create-user --email me@example.com
The role is viewer unless it is given.`

export async function run(args: string[], env: Environment): Promise<void> {
  const { values } = parseArgs({ args, options: { email: { type: 'string' }, name: { type: 'string' }, role: { type: 'string', default: 'viewer' } } })
  const { email, role } = values
  if (!email) throw new AppError('invalid', `--email is missing\n\n${usage}`)
  if (!isRole(role)) throw new AppError('invalid', `--role must be one of ${ROLES.join(', ')}`)
  const config = loadConfig(env)
  const password = await readSecretInput('Password (at least 12 characters): ')
  const { createOperator } = await import('../web/auth/operators')
  await withDatabase(config, console.error, async (url) => {
    const database = await openDatabase(url, { write: 1, read: 1 })
    try {
      await createOperator(database.read, { email, name: values.name ?? email.split('@')[0] ?? email, password, role }, Date.now())
    } finally {
      await database.close()
    }
  })
  console.log(`${email} can log in at ${config.publicUrl} as ${role}.`)
}
