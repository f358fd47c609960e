import { type foldAll, foldOnto } from '../domain/fold'
import { initialState, type Position } from '../domain/session'
import { listFoldedEvents } from '../store/events'
import type { Tx } from '../store/ledger'
import { deleteTransitionsAfter, findOrigins, originOf } from '../store/session-writes'
import type { FoldedTransition, SessionWork } from './batch'

/**
 * Folds a session again from the last snapshot before its late event, over events that are in the ledger already (those
 * of this batch included), and replaces what it did to the session. What belongs into days that were dropped changes nothing any more.
 */
export async function refold(tx: Tx, work: SessionWork): Promise<void> {
  const late = work.lateFrom as Position
  const origins = await findOrigins(tx, work.sessionId, late.at)
  const origin = origins ? originOf(origins) : initialState(work.createdAt)
  const { state, transitions } = foldOnto(origin, await listFoldedEvents(tx, work.sessionId, origin.head?.at ?? 0))
  work.after.state = state
  work.stateChanged = true
  work.transitions = withCauses(transitions)
  await deleteTransitionsAfter(
    tx,
    work.sessionId,
    origin.head?.at ?? 0,
    work.transitions.map((transition) => transition.eventId),
  )
}

/** Transitions of a fold over the ledger, with the events that caused them. */
export function withCauses(transitions: ReturnType<typeof foldAll>['transitions']): FoldedTransition[] {
  return transitions.map(({ transition, state, event: { position, type } }) => ({
    ...transition,
    eventId: position.id,
    eventType: type,
    eventKey: position.key || null,
    state,
  }))
}
