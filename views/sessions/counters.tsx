import { Html } from '@elysiajs/html'
import type { Status } from '../../src/domain/event'
import type { Health, SessionRecord } from '../../src/domain/records'
import { number } from '../format'
import { paths, type SessionsQuery } from '../paths'
import { Icon } from '../shared/icon'
import type { Look } from '../shared/status'
import { STATUS_LOOKS } from '../shared/status'

/** How many sessions there are of each status and health, over all sessions, whatever the filter. */
export interface SessionCounts {
  total: number
  status: Record<Status, number>
  health: Record<Health, number>
}

/**
 * Fragment `counts`. Each is a link to what it counts. It is the same for every viewer and every filter, so which of
 * them is chosen is not marked here but in the chips below it.
 */
export function Counters({ counts }: { counts: SessionCounts }): JSX.Element {
  return (
    <ul class="counts" id="counts">
      {TILES.map((tile) => {
        const count = tile.count(counts)
        return (
          <li>
            <a href={paths.sessions(tile.query)} class={count === 0 ? 'none' : undefined}>
              <b safe>{number(count)}</b>
              <span class={tile.tone}>
                <Icon name={tile.icon} />
                <span safe>{tile.word}</span>
              </span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

export function countSessions(sessions: readonly SessionRecord[]): SessionCounts {
  const counts: SessionCounts = {
    total: sessions.length,
    status: { new: 0, starting: 0, qr: 0, loading: 0, authenticated: 0, connected: 0, disconnected: 0, auth_failure: 0 },
    health: { ok: 0, quiet: 0, stuck: 0, flapping: 0, down: 0, unknown: 0 },
  }
  for (const session of sessions) {
    counts.status[session.status]++
    counts.health[session.health]++
  }
  return counts
}

interface Tile extends Look {
  query: SessionsQuery
  count: (counts: SessionCounts) => number
}

const TILES: Tile[] = [
  { ...STATUS_LOOKS.connected, query: { status: ['connected'] }, count: ({ status }) => status.connected },
  { ...STATUS_LOOKS.qr, query: { status: ['qr'] }, count: ({ status }) => status.qr },
  {
    word: 'Connecting',
    icon: 'busy',
    tone: 'busy',
    query: { status: ['starting', 'loading', 'authenticated'] },
    count: ({ status }) => status.starting + status.loading + status.authenticated,
  },
  { word: 'Quiet', icon: 'moon', tone: 'quiet', query: { health: ['quiet'] }, count: ({ health }) => health.quiet },
  { word: 'Flapping', icon: 'flap', tone: 'wait', query: { health: ['flapping'] }, count: ({ health }) => health.flapping },
  {
    word: 'Down',
    icon: 'down',
    tone: 'down',
    query: { status: ['disconnected', 'auth_failure'] },
    count: ({ status }) => status.disconnected + status.auth_failure,
  },
]
