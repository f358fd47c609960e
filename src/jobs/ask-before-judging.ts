import type { Link } from '../control/book'
import type { Controls } from '../control/controls'
import { entryOf, evidenceOf } from '../control/evidence'
import { inquireWithin } from '../control/inquiry'
import type { SessionTarget } from '../store/session-targets'

/** All questions of one sweep together; who has not answered by then is judged by silence. */
const WITHIN_MS = 3_000
/** Whoever has not answered by then is slow, not merely late in the row. */
const FAIR_MS = 1_500
/** Of one source. */
const AT_ONCE = 4

type Candidate = Omit<SessionTarget, 'source'>

/**
 * Asks the sources of these sessions what they are, and appends what the answers add. A source that is down costs one question.
 * @returns the ids of those whose sender has said something that stands against silence.
 */
export async function askBeforeJudging(controls: Controls, candidates: readonly Candidate[]): Promise<Set<string>> {
  const spoken = new Set<string>()
  if (candidates.length === 0) return spoken
  const links = await controls.links.all()
  const until = performance.now() + WITHIN_MS
  await Promise.all(
    [...links.values()].flatMap((link) => {
      const mine = candidates.filter((candidate) => candidate.sourceId === link.sourceId)
      if (mine.length === 0 || !link.controller.status) return []
      return Array.from({ length: AT_ONCE }, () => askInTurn(controls, link, mine, until, spoken))
    }),
  )
  return spoken
}

/** Takes from the list until it is empty, the time is over, or the source is found to be down. */
async function askInTurn(controls: Controls, link: Link, waiting: Candidate[], until: number, spoken: Set<string>): Promise<void> {
  const { deps, patience } = controls
  for (let left = until - performance.now(); left > 0 && patience.isDue(link.sourceId); left = until - performance.now()) {
    const candidate = waiting.shift()
    if (!candidate) return
    const asked = await inquireWithin(link, candidate, deps.now, left)
    if (!asked.ok) {
      // Nobody is judged because we are the ones who stop.
      if (asked.failure.kind === 'stopping') spoken.add(candidate.sessionId)
      // One that was given no time is not down.
      if (left > FAIR_MS) patience.failed(link.sourceId, asked.failure)
      continue
    }
    patience.answered(link.sourceId)
    const evidence = evidenceOf(candidate.state, asked.value.answer, asked.value.askedAt, { confirm: true })
    if (evidence.length === 0) continue
    await deps.writer.append(entryOf(candidate, evidence, deps.now()))
    spoken.add(candidate.sessionId)
  }
}
