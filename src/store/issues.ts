import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { instant, ms } from './page'

/** Something that a person should look at. Open ones are unique by kind and subject. */
export interface Issue {
  id: string
  /** What sort of trouble: `default_partition`, `journal` … */
  kind: string
  /** What it is about: a table, a source. */
  subject: string
  detail: string
  firstAt: Instant
  lastAt: Instant
  /** How often it was found. */
  times: number
  resolvedAt: Instant | null
}

/** Opens an issue, or counts it again when it is open already. */
export async function raiseIssue(sql: Sql, issue: Pick<Issue, 'kind' | 'subject' | 'detail'>, now: Instant): Promise<void> {
  await sql.unsafe(RAISE, [Bun.randomUUIDv7(), issue.kind, issue.subject, issue.detail, now])
}

/** Closes the open issue of this kind and subject. @returns whether there was one. */
export async function resolveIssue(sql: Sql, kind: string, subject: string, now: Instant): Promise<boolean> {
  const rows = await sql.unsafe(`update issues set resolved_at = ${instant('$3')} where kind = $1 and subject = $2 and resolved_at is null returning id`, [
    kind,
    subject,
    now,
  ])
  return rows.length > 0
}

/** Open issues first, then the latest. */
export async function listIssues(sql: Sql, limit = 100): Promise<Issue[]> {
  const rows = await sql.unsafe<Issue[]>(LIST, [limit])
  return [...rows]
}

const RAISE = `
insert into issues as i (id, kind, subject, detail, first_at, last_at, times) values ($1, $2, $3, $4, ${instant('$5')}, ${instant('$5')}, 1)
on conflict (kind, subject) where resolved_at is null do update set detail = excluded.detail, last_at = excluded.last_at, times = i.times + 1`

const LIST = `
select id, kind, subject, detail, ${ms('first_at')} as "firstAt", ${ms('last_at')} as "lastAt", times, ${ms('resolved_at')} as "resolvedAt"
from issues order by resolved_at is not null, last_at desc, id limit $1`
