import type { Change } from '../live/bus'
import type { SessionWork } from './batch'

/** What is told of a commit. */
export function changeOf(works: readonly SessionWork[]): Change {
  let arrivedFrom = Number.POSITIVE_INFINITY
  for (const { fresh } of works) for (const { entry } of fresh) arrivedFrom = Math.min(arrivedFrom, entry.receivedAt)
  return { sessions: works.map((work) => work.sessionId), statusChanged: works.some((work) => work.stateChanged), arrivedFrom }
}
