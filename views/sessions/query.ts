/** The sessions page's question: read from the URL, asked of the sessions. Building the URL is paths.sessions. */
import { STATUSES } from '../../src/domain/event'
import type { Health, SessionRecord } from '../../src/domain/records'
import { SESSIONS_SORTS, type SessionsQuery } from '../paths'
import { byWorst, compareText } from './rank'

export const HEALTHS: readonly Health[] = ['ok', 'quiet', 'stuck', 'flapping', 'down', 'unknown']

/** Unknown words are left out rather than refused: an old bookmark still opens. */
export function readSessionsQuery(params: URLSearchParams): SessionsQuery {
  const query: SessionsQuery = {}
  const q = params.get('q')?.trim()
  const status = listed(params.get('status'), STATUSES)
  const health = listed(params.get('health'), HEALTHS)
  const source = params.get('source')
  const owner = params.get('owner')
  const sort = SESSIONS_SORTS.find((known) => known === params.get('sort'))
  if (q) query.q = q
  if (status.length > 0) query.status = status
  if (health.length > 0) query.health = health
  if (source) query.source = source
  if (owner) query.owner = owner
  if (sort && sort !== 'worst') query.sort = sort
  if (params.get('group') === 'source') query.group = 'source'
  return query
}

/** The sessions that the query asks for, in its order. */
export function selectSessions(sessions: readonly SessionRecord[], query: SessionsQuery): SessionRecord[] {
  const words = query.q?.toLowerCase().split(/\s+/) ?? []
  return sessions.filter((session) => isAskedFor(session, query, words)).sort(orderOf(query.sort))
}

export function isFiltered({ q, status, health, source, owner }: SessionsQuery): boolean {
  return Boolean(q || status || health || source || owner)
}

function isAskedFor(session: SessionRecord, query: SessionsQuery, words: string[]): boolean {
  if (query.status && !query.status.includes(session.status)) return false
  if (query.health && !query.health.includes(session.health)) return false
  if (query.source && query.source !== session.source) return false
  if (query.owner && query.owner !== session.owner?.id) return false
  if (words.length === 0) return true
  const text = `${session.name} ${session.source} ${session.account?.id ?? ''} ${session.account?.name ?? ''} ${session.owner?.name ?? ''}`.toLowerCase()
  return words.every((word) => text.includes(word.replace(/^\+(?=\d)/, '')))
}

function orderOf(sort: SessionsQuery['sort']): (a: SessionRecord, b: SessionRecord) => number {
  if (sort === 'name') return (a, b) => compareText(a.name.toLowerCase(), b.name.toLowerCase())
  if (sort === 'recent') return (a, b) => (b.lastEventAt ?? 0) - (a.lastEventAt ?? 0)
  if (sort === 'busy') return (a, b) => sum(b.activity) - sum(a.activity)
  return byWorst
}

function sum(values: readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total
}

function listed<T extends string>(text: string | null, known: readonly T[]): T[] {
  const asked = text?.split(',') ?? []
  return known.filter((word) => asked.includes(word))
}
