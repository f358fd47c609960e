import { parseArgs } from 'node:util'
import { loadConfig } from '../config'
import type { Environment } from '../config-values'
import { AppError } from '../domain/error'
import { SCOPES } from '../domain/scope'
import { openDatabase } from '../store/database'
import { findOperatorId } from '../store/operator-id'
import { isScope } from '../web/auth/roles'
import { withDatabase } from './connection'

export const usage = `Usage: bun task create-api-key --name <name> [--scope read|write|admin]… [--operator <address>]

Prints a key for the JSON API, once: only its hash is kept. Each scope contains the ones before it; without --scope it is
read. The key belongs to the operator, or to the first administrator.`

export async function run(args: string[], env: Environment): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { name: { type: 'string' }, scope: { type: 'string', multiple: true, default: ['read'] }, operator: { type: 'string' } },
  })
  const { name, scope } = values
  if (!name) throw new AppError('invalid', `--name is missing\n\n${usage}`)
  const scopes = scope.filter(isScope)
  if (scopes.length < scope.length) throw new AppError('invalid', `--scope must be one of ${SCOPES.join(', ')}`)
  const { createApiKey } = await import('../web/auth/api-keys')
  const { key } = await withDatabase(loadConfig(env), console.error, async (url) => {
    const database = await openDatabase(url, { write: 1, read: 1 })
    try {
      const operatorId = await findOperatorId(database.read, values.operator ?? null)
      if (operatorId === undefined)
        throw new AppError(
          'not_found',
          `${values.operator ? `There is no operator ${values.operator}` : 'There is no administrator yet'}: create one with bun task create-user`,
        )
      return await createApiKey(database.read, { name, scopes, operatorId }, Date.now())
    } finally {
      await database.close()
    }
  })
  console.error('The key, shown this once:')
  console.log(key)
}
