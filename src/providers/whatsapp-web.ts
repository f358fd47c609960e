/** What the services that drive WhatsApp Web in a browser have in common. */
import type { Reason, Status } from '../domain/event'

export interface StateMeaning {
  status?: Status
  reason?: Reason
}

/** States of WhatsApp Web's socket (WAState). PAIRING comes before the first log-in too, so it says nothing about where the session is. */
export const SOCKET_STATES: readonly (readonly [string, StateMeaning])[] = [
  ['CONNECTED', { status: 'connected' }],
  ['OPENING', { status: 'starting' }],
  ['TIMEOUT', { status: 'starting' }],
  ['PAIRING', {}],
  ['CONFLICT', { status: 'disconnected', reason: 'replaced' }],
  ['UNPAIRED', { status: 'disconnected', reason: 'logged_out' }],
  ['UNPAIRED_IDLE', { status: 'disconnected', reason: 'qr_expired' }],
  ['PROXYBLOCK', { status: 'disconnected', reason: 'network' }],
  ['TOS_BLOCK', { status: 'disconnected', reason: 'banned' }],
  ['SMB_TOS_BLOCK', { status: 'disconnected', reason: 'banned' }],
  ['DEPRECATED_VERSION', { status: 'disconnected', reason: 'unknown' }],
  ['UNLAUNCHED', { status: 'disconnected', reason: 'unknown' }],
]
