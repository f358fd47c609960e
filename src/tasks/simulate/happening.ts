/**
 * What happens to a WhatsApp line, whichever service tells of it. A dialect turns one happening into the deliveries that its
 * service would post.
 */

/** A line: a session of a service with the number that belongs to it. */
export interface Line {
  name: string
  account: { id: string; name: string }
  /** WAHA lists the last three. */
  statuses: { status: string; timestamp: number }[]
}

/** A message as both ends know it. */
export interface Talk {
  /** Bare WhatsApp id. */
  id: string
  chat: string
  fromMe: boolean
  /** Push name of whoever wrote it. */
  name: string
  text: string
  /** Milliseconds. */
  at: number
  /** In groups. */
  author?: string
  media?: { mimetype: string; bytes: number }
}

export type Down = 'logged_out' | 'network' | 'replaced' | 'stopped'

export type Happening =
  | { kind: 'starting' }
  | { kind: 'qr'; code: string }
  | { kind: 'pairing_code'; code: string }
  | { kind: 'loading'; percent: number }
  | { kind: 'authenticated' }
  | { kind: 'connected' }
  | { kind: 'reconnecting' }
  | { kind: 'disconnected'; reason: Down }
  | { kind: 'auth_failure'; message: string }
  | { kind: 'message'; talk: Talk }
  | { kind: 'media'; talk: Talk; data: string }
  | { kind: 'ack'; talk: Talk; ack: number }
  | { kind: 'edited'; talk: Talk; before: string }
  | { kind: 'revoked'; talk: Talk; id: string }
  | { kind: 'reaction'; talk: Talk; id: string; emoji: string; sender: string }
  | { kind: 'call'; id: string; from: string; video: boolean }

/** What happens in conversations, as opposed to the line itself. */
export type Talked = Extract<Happening, { talk: Talk } | { kind: 'call' }>

/** One POST as the service makes it: where, with what proof, what. */
export interface SimulatedDelivery {
  session: string
  headers: Record<string, string>
  body: string
}

/** How one kind of service speaks. */
export interface Dialect {
  id: 'wwebjs-api' | 'waha' | 'evolution-api' | 'wppconnect-server' | 'open-wa-v4' | 'open-wa-v5' | 'meta-cloud-api' | 'gowa' | 'wuzapi' | 'signed'
  /** The bodies it posts for one happening, in order; none when it keeps silent about it. */
  tell(line: Line, happening: Happening, at: number, id: () => string): string[]
  /** The headers of one attempt; `id` and `at` are those of the delivery, `now` of the attempt. */
  sign(secret: string, body: string, proof: { id: string; at: number; now: number }): Record<string, string>
  /** Waits before each retry in milliseconds; empty for a service that never tries again. */
  retries: readonly number[]
  /** By how much each wait is randomly longer or shorter: 0.2 is a fifth. */
  jitter?: number
  /** Answers after which it never tries again. */
  givesUpOn?: readonly number[]
  /** It keeps to its own waits whatever the answer asks for. */
  ignoresRetryAfter?: true
}

export function newLine(name: string, phone: string, pushName = name): Line {
  return { name, account: { id: `${phone}@c.us`, name: pushName }, statuses: [] }
}
