import { foldAll } from '../domain/fold'
import { initialState, isBefore, type Position } from '../domain/session'
import { listFoldedEvents } from '../store/events'
import type { Tx } from '../store/ledger'
import { deleteTransitionsAfter, findOrigin, findSnapshotBefore } from '../store/session-writes'
import type { FoldedTransition, SessionWork } from './batch'

/**
 * Folds a session again from the last snapshot before its late event, over events that are in the ledger already (those
 * of this batch included), and replaces what it did to the session.
 */
export async function refold(tx: Tx, work: SessionWork): Promise<void> {
  const late = work.lateFrom as Position
  const snapshot = await findSnapshotBefore(tx, work.sessionId, late.at)
  const origin = snapshot?.state ?? (await findOrigin(tx, work.sessionId)) ?? initialState(work.createdAt)
  const from = origin.head
  const events = (await listFoldedEvents(tx, work.sessionId, from?.at ?? 0)).filter((event) => from === null || isBefore(from, event.position))
  const { state, transitions } = foldAll(origin, events)
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
