import type { Instant } from './event'
import type { Health } from './records'
import type { SessionState } from './session'
import { type Allowances, deadlineOf } from './staleness'

export const FLAPPING_WINDOW_MS = 10 * 60_000
const FLAPPING_DROPS = 3
/** Codes may be renewed for ever; after this long somebody has forgotten the phone. */
const UNSCANNED_MS = 5 * 60_000

/** The status weighed against the evidence. Pure: the same state grows less healthy as `now` moves on. */
export function healthOf(input: { state: SessionState; lastEventAt: Instant | null; usualGapMs: number | null }, allowances: Allowances, now: Instant): Health {
  const { state } = input
  if (state.status === 'disconnected' || state.status === 'auth_failure') return 'down'
  if (state.status === 'new') return 'unknown'
  if (state.drops.filter((at) => at > now - FLAPPING_WINDOW_MS).length >= FLAPPING_DROPS) return 'flapping'
  const deadline = deadlineOf(state, allowances)
  if (state.status === 'connected') {
    const silence = now - Math.max(state.since, input.lastEventAt ?? 0)
    return silence > Math.min(input.usualGapMs ?? Number.POSITIVE_INFINITY, allowances.staleAfterMs) ? 'quiet' : 'ok'
  }
  if (state.status === 'qr' && now - state.since > UNSCANNED_MS) return 'stuck'
  return deadline !== null && now > deadline ? 'stuck' : 'ok'
}
