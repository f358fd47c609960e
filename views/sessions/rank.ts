/** Worst first: what needs a person, what is worth a glance, what is well. */
import type { SessionRecord } from '../../src/domain/records'
import type { Worst } from '../worst'

type Judged = Pick<SessionRecord, 'status' | 'health' | 'reason'>

/** 0 is the worst. Below `NEEDS_YOU` somebody has to do something. */
export function rankOf({ status, health, reason }: Judged): number {
  if (status === 'auth_failure') return 0
  if (status === 'disconnected' && reason === 'banned') return 1
  if (status === 'disconnected' && reason !== 'stopped') return health === 'flapping' ? 4 : 2
  if (status === 'qr') return 3
  if (health === 'flapping') return 4
  if (health === 'stuck') return 5
  if (health === 'down' && status !== 'disconnected') return 6
  if (health === 'quiet') return NEEDS_YOU + 1
  if (status === 'starting' || status === 'loading' || status === 'authenticated') return NEEDS_YOU + 2
  if (status === 'new') return NEEDS_YOU + 3
  if (status === 'connected') return NEEDS_YOU + 4
  return NEEDS_YOU + 5
}

const NEEDS_YOU = 10

export function needsYou(session: Judged): boolean {
  return rankOf(session) < NEEDS_YOU
}

/** Worst first; of two equally bad, the one that has been so for longer. */
export function byWorst(a: SessionRecord, b: SessionRecord): number {
  const order = rankOf(a) - rankOf(b)
  if (order !== 0) return order
  return needsYou(a) ? a.since - b.since : compareText(a.name, b.name)
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function worstOf(sessions: readonly Judged[]): Worst {
  let count = 0
  let down = false
  for (const session of sessions) {
    const rank = rankOf(session)
    if (rank >= NEEDS_YOU) continue
    count++
    if (rank <= 2) down = true
  }
  return { level: down ? 'down' : count > 0 ? 'wait' : 'ok', count }
}
