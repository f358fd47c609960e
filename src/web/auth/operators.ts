import type { Sql } from 'postgres'
import { AppError } from '../../domain/error'
import type { Instant } from '../../domain/event'
import { countOperators, insertFirstOperator, insertOperator, isSetupToken, type NewOperator, type Role, saveSetupToken } from '../../store/operators'
import { hashPassword } from './password'
import { newToken, tokenHash } from './tokens'

export interface OperatorInput {
  name: string
  email: string
  password: string
  role: Role
}

export const MIN_PASSWORD = 12
export const MAX_PASSWORD = 200

/**
 * Creates an operator who can log in at once.
 * @throws AppError `invalid` with one sentence; `conflict` when the address is taken.
 */
export async function createOperator(sql: Sql, input: OperatorInput, now: Instant): Promise<{ id: string }> {
  const operator = await prepare(input, now)
  if (!(await insertOperator(sql, operator))) throw new AppError('conflict', `There is an operator ${operator.email} already`)
  return { id: operator.id }
}

/** A new one-time token for the set-up link, which makes earlier ones void; null when there is an operator already. */
export async function ensureSetupToken(sql: Sql, now: Instant): Promise<string | null> {
  if ((await countOperators(sql)) > 0) return null
  const token = newToken()
  await saveSetupToken(sql, tokenHash(token), now)
  return token
}

/** ADMIN_EMAIL and ADMIN_PASSWORD: the first operator without a browser. Does nothing once there is an operator. */
export async function ensureFirstOperator(sql: Sql, email: string, password: string, now: Instant): Promise<boolean> {
  if ((await countOperators(sql)) > 0) return false
  // How short the password may be is config's to say.
  return insertOperator(sql, await prepare({ name: email.split('@')[0] ?? email, email, password, role: 'admin' }, now, ['name', 'email']))
}

/** Whether the set-up page may be shown. */
export function isSetupOpen(sql: Sql, token: string): Promise<boolean> {
  return isSetupToken(sql, tokenHash(token))
}

/**
 * Uses the set-up link up.
 * @throws AppError `invalid` for bad input, `gone` when the link was used or replaced.
 */
export async function setUpFirstOperator(sql: Sql, token: string, input: Omit<OperatorInput, 'role'>, now: Instant): Promise<void> {
  if (!(await isSetupOpen(sql, token))) throw new AppError('gone', SETUP_GONE)
  const operator = await prepare({ ...input, role: 'admin' }, now)
  if (!(await insertFirstOperator(sql, operator, tokenHash(token)))) throw new AppError('gone', SETUP_GONE)
}

export const SETUP_GONE = 'This set-up link was used already or replaced by a newer one: look at what the server printed at its last start'

// What better-auth (zod) lets log in: anything wider would make operators who never can.
const EMAIL = /^(?!\.)(?!.*\.\.)[\w'+\-.]*[\w+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/

/** What is wrong with an operator's details, by field; empty when nothing is. */
export function problemsOf(input: Omit<OperatorInput, 'role'>): Partial<Record<'name' | 'email' | 'password', string>> {
  const problems: Partial<Record<'name' | 'email' | 'password', string>> = {}
  if (input.name.trim() === '' || input.name.length > 100) problems.name = 'A name of at most 100 characters'
  if (!EMAIL.test(input.email) || input.email.length > 254) problems.email = 'An e-mail address, such as grace@example.org'
  if (input.password.length < MIN_PASSWORD) problems.password = `At least ${MIN_PASSWORD} characters`
  else if (input.password.length > MAX_PASSWORD) problems.password = `At most ${MAX_PASSWORD} characters`
  return problems
}

async function prepare(input: OperatorInput, createdAt: Instant, checked: readonly string[] = ['name', 'email', 'password']): Promise<NewOperator> {
  const name = input.name.trim()
  const email = input.email.trim().toLowerCase()
  const problem = Object.entries(problemsOf({ ...input, name, email })).find(([field]) => checked.includes(field))
  if (problem) throw new AppError('invalid', `${problem[0]}: ${problem[1]}`)
  return { id: Bun.randomUUIDv7(), name, email, role: input.role, passwordHash: await hashPassword(input.password), createdAt }
}
