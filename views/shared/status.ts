/** The words, icons and tones of status, health and reason. Colour only ever repeats what word and icon already say. */
import type { Reason, Status } from '../../src/domain/event'
import type { Health, SessionRecord } from '../../src/domain/records'
import type { IconName } from './icon'

export type Tone = 'ok' | 'wait' | 'busy' | 'quiet' | 'down' | 'off'

export interface Look {
  word: string
  icon: IconName
  tone: Tone
}

export const STATUS_LOOKS: Record<Status, Look> = {
  new: { word: 'New', icon: 'new', tone: 'off' },
  starting: { word: 'Starting', icon: 'busy', tone: 'busy' },
  qr: { word: 'Waiting for scan', icon: 'qr', tone: 'wait' },
  loading: { word: 'Loading', icon: 'busy', tone: 'busy' },
  authenticated: { word: 'Authenticated', icon: 'key', tone: 'busy' },
  connected: { word: 'Connected', icon: 'ok', tone: 'ok' },
  disconnected: { word: 'Disconnected', icon: 'down', tone: 'down' },
  auth_failure: { word: 'Auth failure', icon: 'alert', tone: 'down' },
}

export const HEALTH_LOOKS: Record<Health, Look> = {
  ok: { word: 'OK', icon: 'ok', tone: 'ok' },
  quiet: { word: 'Quiet', icon: 'moon', tone: 'quiet' },
  stuck: { word: 'Stuck', icon: 'stuck', tone: 'wait' },
  flapping: { word: 'Flapping', icon: 'flap', tone: 'wait' },
  down: { word: 'Down', icon: 'down', tone: 'down' },
  unknown: { word: 'Unknown', icon: 'new', tone: 'off' },
}

export const REASON_WORDS: Record<Reason, string> = {
  logged_out: 'logged out',
  stopped: 'stopped on purpose',
  replaced: 'replaced by another log-in',
  banned: 'banned by WhatsApp',
  network: 'network lost',
  timeout: 'timed out',
  qr_expired: 'nobody scanned in time',
  stale: 'went silent',
  rejected: 'refused by WhatsApp',
  unknown: 'no reason given',
}

/** One look for a session: its status, unless its health says something truer. */
export function lookOf(session: Pick<SessionRecord, 'status' | 'health' | 'reason' | 'loading' | 'pairingCode'>): Look {
  const { status, health, reason } = session
  if (status === 'disconnected' && reason === 'stopped') return STOPPED
  if (status === 'connected' && health === 'quiet') return CONNECTED_QUIET
  // Whoever has to scan is told so, however often it fell away before.
  if (health === 'flapping' && status !== 'qr') return FLAPPING[status] ?? HEALTH_LOOKS.flapping
  if (health === 'stuck' && status !== 'qr')
    return { ...STATUS_LOOKS[status], word: `Stuck: ${STATUS_LOOKS[status].word.toLowerCase()}`, icon: 'stuck', tone: 'wait' }
  if (status === 'loading' && session.loading) return { ...STATUS_LOOKS.loading, word: `Loading ${session.loading.percent} %` }
  if (status === 'qr' && session.pairingCode) return WAITING_FOR_CODE
  return STATUS_LOOKS[status]
}

const STOPPED: Look = { word: 'Stopped', icon: 'stop', tone: 'off' }
const CONNECTED_QUIET: Look = { word: 'Connected, but quiet', icon: 'moon', tone: 'quiet' }
const WAITING_FOR_CODE: Look = { word: 'Waiting for code', icon: 'phone', tone: 'wait' }
const FLAPPING: Partial<Record<Status, Look>> = {
  connected: { word: 'Connected, but flapping', icon: 'flap', tone: 'wait' },
  disconnected: { word: 'Flapping, now down', icon: 'flap', tone: 'down' },
}

/** Why a session is where it is, in our words when we know them, else in the sender's. */
export function whyOf({ reason, detail }: Pick<SessionRecord, 'reason' | 'detail'>): string | null {
  if (reason && reason !== 'unknown') return REASON_WORDS[reason]
  return detail ?? (reason ? REASON_WORDS.unknown : null)
}
