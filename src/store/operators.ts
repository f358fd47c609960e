import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import { instant } from './page'

export type Role = 'admin' | 'operator' | 'viewer'

export interface NewOperator {
  id: string
  name: string
  /** Lower case. */
  email: string
  role: Role
  /** argon2id, PHC string. */
  passwordHash: string
  createdAt: Instant
}

/** @returns false when somebody has the address already. */
export async function insertOperator(sql: Sql, operator: NewOperator): Promise<boolean> {
  const result = await sql.unsafe(INSERT_OPERATOR, valuesOf(operator))
  return result.count === 1
}

/**
 * Creates the first operator and uses up the set-up token, both or neither: of two who follow the link at once, one wins.
 * @returns false when the token is not the one, or there is an operator already.
 */
export async function insertFirstOperator(sql: Sql, operator: NewOperator, tokenHash: string): Promise<boolean> {
  return sql.begin(async (tx) => {
    const used = await tx`delete from settings where key = ${SETUP_TOKEN} and value ->> 'hash' = ${tokenHash} and not exists (select 1 from operators)`
    if (used.count === 0) return false
    await tx.unsafe(INSERT_OPERATOR, valuesOf(operator))
    return true
  })
}

export async function countOperators(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from operators`
  return row?.count ?? 0
}

export async function listOperatorNames(sql: Sql): Promise<{ id: string; name: string }[]> {
  return [...(await sql.unsafe<{ id: string; name: string }[]>('select id, name from operators order by name, id', [], { prepare: true }))]
}

/** @param who an id or an e-mail address. @throws AppError `invalid` for somebody who is no operator. */
export async function findOperatorId(sql: Sql, who: string): Promise<string> {
  const [row] = await sql.unsafe<{ id: string }[]>('select id from operators where id = $1 or email = lower($1)', [who], { prepare: true })
  if (!row) throw new AppError('invalid', 'There is no such operator: give an id or an e-mail address')
  return row.id
}

export async function saveSetupToken(sql: Sql, hash: string, createdAt: Instant): Promise<void> {
  const value = JSON.stringify({ hash, createdAt })
  await sql.unsafe(`insert into settings (key, value) values ($1, $2::text::jsonb) on conflict (key) do update set value = excluded.value`, [
    SETUP_TOKEN,
    value,
  ])
}

export async function isSetupToken(sql: Sql, hash: string): Promise<boolean> {
  const rows = await sql`select 1 from settings where key = ${SETUP_TOKEN} and value ->> 'hash' = ${hash} and not exists (select 1 from operators)`
  return rows.length > 0
}

const SETUP_TOKEN = 'setup_token'

// One statement, so that an operator without a password can never be left behind.
const INSERT_OPERATOR = `
with made as (
  insert into operators (id, name, email, email_verified, role, created_at, updated_at)
  values ($1, $2, $3, true, $4, ${instant('$6')}, ${instant('$6')}) on conflict (email) do nothing returning id)
insert into credentials (id, account_id, provider_id, operator_id, password, created_at, updated_at)
select id, id, 'credential', id, $5, ${instant('$6')}, ${instant('$6')} from made`

function valuesOf(operator: NewOperator): (string | number)[] {
  return [operator.id, operator.name, operator.email, operator.role, operator.passwordHash, operator.createdAt]
}
