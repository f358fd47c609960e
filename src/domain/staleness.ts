import type { Instant } from './event'
import type { SessionState } from './session'

/** How long each kind of silence is allowed to last, in milliseconds. */
export interface Allowances {
  /** Silence while connected. */
  staleAfterMs: number
  /** Age of a QR that nobody scanned and nobody renewed. */
  qrExpiresAfterMs: number
  /** Time from starting, loading or authenticated to connected. */
  connectingTimeoutMs: number
}

/** The narrowest setting that is set wins: the session's, then its source's, then the default. */
export function narrowest(defaults: Allowances, ...overrides: { [K in keyof Allowances]?: number | null }[]): Allowances {
  const pick = (name: keyof Allowances) => overrides.map((o) => o[name]).find((value) => value != null) ?? defaults[name]
  return { staleAfterMs: pick('staleAfterMs'), qrExpiresAfterMs: pick('qrExpiresAfterMs'), connectingTimeoutMs: pick('connectingTimeoutMs') }
}

/** When the session is stale unless it is heard of before; null for statuses in which silence says nothing. */
export function deadlineOf(state: SessionState, allowances: Allowances): Instant | null {
  const silence = silenceOf(state)
  return silence && silence.from + allowances[silence.allowance]
}

/** Since when the session is silent, and which allowance that may use up; null for statuses in which silence says nothing. */
export function silenceOf(state: SessionState): { from: Instant; allowance: keyof Allowances } | null {
  switch (state.status) {
    case 'qr':
      return { from: state.qr?.at ?? state.since, allowance: 'qrExpiresAfterMs' }
    case 'starting':
    case 'authenticated':
      return { from: state.since, allowance: 'connectingTimeoutMs' }
    case 'loading':
      // Progress counts: a slow phone that still loads is not stuck.
      return { from: Math.max(state.since, state.heardAt ?? 0), allowance: 'connectingTimeoutMs' }
    case 'connected':
      return { from: Math.max(state.since, state.heardAt ?? 0), allowance: 'staleAfterMs' }
    default:
      return null
  }
}
