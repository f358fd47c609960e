import type { Instant } from '../../domain/event'
import type { EventQuery } from '../../store/events-read'

export type Search = { ok: true; query: Omit<EventQuery, 'limit' | 'cursor'> } | { ok: false; problem: string }

const QUALIFIERS = ['type', 'session', 'source', 'since', 'until', 'text'] as const
type Qualifier = (typeof QUALIFIERS)[number]

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/**
 * Reads `type:message.ack session:x since:2h text:"…"` as typed into the search box. Words without a qualifier are text.
 * Unlike an unknown filter of a bookmark, a search that is not understood is told: its result would be taken for an answer.
 */
export function readEventSearch(q: string, now: Instant): Search {
  const query: Omit<EventQuery, 'limit' | 'cursor'> = {}
  const words: string[] = []
  for (const { name, value } of tokensOf(q)) {
    if (name === null) words.push(value)
    else if (!isQualifier(name))
      return problem(`“${name}:” is not known; ${QUALIFIERS.map((known) => `${known}:`).join(' ')} are. Put quotes around text with a colon in it.`)
    else if (value === '') return problem(`“${name}:” needs a value right behind the colon`)
    else if (name === 'text') words.push(value)
    else if (name === 'since' || name === 'until') {
      const at = readInstant(value, now)
      if (at === null) return problem(`“${name}:${value}” is no time: write 30m, 2h, 7d or a date such as 2026-07-28`)
      query[name] = at
    } else query[name] = value
  }
  if (words.length > 0) query.q = words.join(' ')
  return { ok: true, query }
}

/** `2h` ago, a date or a whole RFC 3339 time; null when it is none of them. Never before 1970, where Postgres' calendar ends early. */
export function readInstant(text: string, now: Instant): Instant | null {
  const ago = /^(\d{1,6})([smhdw])$/.exec(text)
  if (ago) return Math.max(0, now - Number(ago[1]) * (UNITS[ago[2] as string] as number))
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null
  const at = Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text)
  return Number.isNaN(at) ? null : Math.max(0, at)
}

function* tokensOf(q: string): Generator<{ name: string | null; value: string }> {
  for (const [, name, quoted, bare] of q.matchAll(/(?:([a-z]+):)?(?:"((?:[^"\\]|\\.)*)"?|(\S+))|([a-z]+):/g)) {
    const value = quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1')
    if (name === undefined && quoted === undefined && /^[a-z]+:$/.test(value)) yield { name: value.slice(0, -1), value: '' }
    else yield { name: name ?? null, value }
  }
}

const isQualifier = (name: string): name is Qualifier => QUALIFIERS.some((known) => known === name)

const problem = (text: string): Search => ({ ok: false, problem: text })
