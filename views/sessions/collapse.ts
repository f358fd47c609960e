/** Flapping is told in one line: "41 reconnects in 10 min", not as 82 entries that bury the one that matters. */
import type { Instant } from '../../src/domain/event'
import type { TransitionRecord } from '../../src/domain/records'

export type TimelineItem = { kind: 'transition'; transition: TransitionRecord } | Flapping

export interface Flapping {
  kind: 'flapping'
  reconnects: number
  from: Instant
  to: Instant
  /** Newest first. */
  transitions: TransitionRecord[]
}

/** Transitions further apart than this are separate troubles. */
const CLOSE_MS = 5 * 60_000
const WORTH_COLLAPSING = 3

/** Newest first, in and out. */
export function collapseFlapping(transitions: readonly TransitionRecord[]): TimelineItem[] {
  const items: TimelineItem[] = []
  let run: TransitionRecord[] = []
  const flush = (): void => {
    items.push(...told(run))
    run = []
  }
  for (const transition of transitions) {
    const previous = run.at(-1)
    if (!isFlap(transition)) {
      flush()
      items.push({ kind: 'transition', transition })
      continue
    }
    if (previous && previous.at - transition.at > CLOSE_MS) flush()
    run.push(transition)
  }
  flush()
  return items
}

/** Flapping begins with a fall: what led to the connection before it was the pairing, and no reconnect. */
function told(run: TransitionRecord[]): TimelineItem[] {
  const transitions = run.slice(0, run.findLastIndex(({ from }) => from === 'connected') + 1)
  const reconnects = transitions.filter(({ to }) => to === 'connected').length
  const newest = transitions[0]
  const oldest = transitions.at(-1)
  if (!newest || !oldest || reconnects < WORTH_COLLAPSING) return run.map(asItem)
  return [{ kind: 'flapping', reconnects, from: oldest.at, to: newest.at, transitions }, ...run.slice(transitions.length).map(asItem)]
}

function asItem(transition: TransitionRecord): TimelineItem {
  return { kind: 'transition', transition }
}

/** Anything that asks for a person (a QR, a log-out, a ban) is never folded away. */
function isFlap({ from, to, reason }: TransitionRecord): boolean {
  if (from === 'qr' || from === 'new' || to === 'qr' || to === 'auth_failure') return false
  return reason === null || reason === 'network' || reason === 'timeout' || reason === 'unknown' || reason === 'replaced'
}
