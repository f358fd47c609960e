import type { Sql } from 'postgres'

/** Sessions per source and status, for the metrics. */
export async function countByStatus(sql: Sql): Promise<{ source: string; status: string; count: number }[]> {
  return sql<{ source: string; status: string; count: number }[]>`
    select coalesce(o.slug, 'deleted') as source, s.status, count(*)::int as count from sessions s left join sources o on o.id = s.source_id group by 1, 2`
}

/** Our connections as the database sees them. */
export async function countConnections(sql: Sql): Promise<{ state: string; count: number }[]> {
  return sql<{ state: string; count: number }[]>`
    select coalesce(state, 'unknown') as state, count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = 'linekeeper' group by 1`
}

export async function countSessions(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from sessions`
  return row?.count ?? 0
}
