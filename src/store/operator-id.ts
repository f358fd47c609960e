import type { Sql } from 'postgres'

/** The operator with this e-mail address, or the first administrator when none is given. */
export async function findOperatorId(sql: Sql, email: string | null): Promise<string | undefined> {
  const rows =
    email === null
      ? await sql<{ id: string }[]>`select id from operators where role = 'admin' order by created_at, id limit 1`
      : await sql<{ id: string }[]>`select id from operators where email = ${email.trim().toLowerCase()}`
  return rows[0]?.id
}
