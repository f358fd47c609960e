import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { SessionRecord } from '../../src/domain/records'
import { plural } from '../format'
import type { SessionsQuery } from '../paths'
import { needsYou } from './rank'
import { SessionRow } from './row'

/** The rows: under "Needs you" and "All well", or under their sources. */
export function SessionList({ sessions, query, now }: { sessions: readonly SessionRecord[]; query: SessionsQuery; now: Instant }): JSX.Element {
  return (
    <div id="list">
      {groupsOf(sessions, query).map((group, index) => (
        <section class="group" aria-labelledby={`group-${index}`}>
          <h2 id={`group-${index}`}>
            <bdi safe>{group.title}</bdi>
            <small safe>{plural(group.sessions.length, 'session')}</small>
          </h2>
          <ul class="rows">
            {group.sessions.map((session) => (
              <SessionRow session={session} now={now} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

interface Group {
  title: string
  sessions: SessionRecord[]
}

function groupsOf(sessions: readonly SessionRecord[], query: SessionsQuery): Group[] {
  if (query.group === 'source') return bySource(sessions)
  if (query.sort && query.sort !== 'worst') return [{ title: 'Sessions', sessions: [...sessions] }]
  return [
    { title: 'Needs you', sessions: sessions.filter((session) => needsYou(session)) },
    { title: 'No need to act', sessions: sessions.filter((session) => !needsYou(session)) },
  ].filter((group) => group.sessions.length > 0)
}

function bySource(sessions: readonly SessionRecord[]): Group[] {
  const groups = new Map<string, Group>()
  for (const session of sessions) {
    const group = groups.get(session.source)
    if (group) group.sessions.push(session)
    else groups.set(session.source, { title: session.source, sessions: [session] })
  }
  return [...groups.values()].sort((a, b) => (a.title < b.title ? -1 : 1))
}
