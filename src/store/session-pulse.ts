/**
 * A session's fold in three columns: `state` and `tally`, which move rarely, and `pulse`, the numbers that move with every
 * event. Most commits write the pulse alone: a short text in the last column, of which Postgres logs only what differs.
 */
import type { SessionState, SessionTally } from '../domain/session'

export interface Fold {
  state: SessionState
  tally: SessionTally
}

type ColdTally = Pick<SessionTally, 'lastOf' | 'past'>

export interface FrozenFold {
  state: SessionState
  tally: ColdTally
  pulse: string
}

export function pulseOf({ state, tally }: Fold): string {
  return JSON.stringify([state.heardAt, tally.events, tally.messagesReceived, tally.messagesSent, tally.calls, tally.lastEventAt, tally.minute, tally.count])
}

export function coldStateOf(state: SessionState): SessionState {
  return { ...state, heardAt: null }
}

export function coldTallyOf({ lastOf, past }: SessionTally): ColdTally {
  return { lastOf, past }
}

/** The fold as it was before it was written. */
export function thaw(frozen: FrozenFold): Fold {
  const [heardAt, events, messagesReceived, messagesSent, calls, lastEventAt, minute, count] = JSON.parse(frozen.pulse) as [
    number | null,
    number,
    number,
    number,
    number,
    number | null,
    number,
    number,
  ]
  return { state: { ...frozen.state, heardAt }, tally: { events, messagesReceived, messagesSent, calls, lastEventAt, minute, count, ...frozen.tally } }
}

/** Would writing the pulse alone lose nothing? The reducer replaces what changes, so identity tells. */
export function isOnlyPulse(before: Fold, after: Fold): boolean {
  if (before.tally.lastOf !== after.tally.lastOf || before.tally.past !== after.tally.past) return false
  const [a, b] = [before.state, after.state]
  for (const name of Object.keys(b) as (keyof SessionState)[]) if (name !== 'heardAt' && a[name] !== b[name]) return false
  return true
}
