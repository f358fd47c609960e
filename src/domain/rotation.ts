import type { Instant } from './event'

/** What is known of a secret without the secret. */
export interface SecretUse {
  id: string
  createdAt: Instant
  /** From then on it proves nothing any more; null = lives on. */
  retiresAt: Instant | null
  firstUsedAt: Instant | null
  lastUsedAt: Instant | null
  /** Deliveries it has proved. */
  uses: number
}

/**
 * How far the move of the senders from one secret to the next has come. `waiting`: nobody uses the new one yet; `moving`: both
 * are in use; `ready`: the old one can go.
 */
export interface Rotation<S extends SecretUse = SecretUse> {
  state: 'waiting' | 'moving' | 'ready'
  previous: S
  next: S
}

/** A source has at most so many live secrets: the one in use, and the one that senders are being moved to. */
export const MOST_LIVE = 2

/** Several senders may share a source, and one that is still on the old secret may post seldom. */
export const QUIET_MS = 60 * 60_000

export function isLive(secret: Pick<SecretUse, 'retiresAt'>, now: Instant): boolean {
  return secret.retiresAt === null || secret.retiresAt > now
}

/**
 * The rotation that a source is in, or null when it has fewer than two live secrets. The old secret can go once the new one has
 * proved deliveries and the old one none since, or none for an hour while the new one did.
 */
export function rotationOf<S extends SecretUse>(secrets: readonly S[], now: Instant): Rotation<S> | null {
  const [previous, next] = secrets.filter((secret) => isLive(secret, now)).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  if (previous === undefined || next === undefined) return null
  return { state: stateOf(previous, next, now), previous, next }
}

/** The rotation in a sentence: what is known, and what to do. */
export function adviceOf({ state, previous, next }: Rotation, now: Instant): string {
  const old = previous.lastUsedAt === null ? 'has never proved a delivery' : `last proved a delivery ${told(now - previous.lastUsedAt)} ago`
  if (state === 'waiting') return `No sender uses the new secret yet; the old one ${old}: give the new one to the sender`
  if (state === 'moving') return `The old secret ${old}, after the new one was taken into use: some sender still needs it`
  return `The old secret ${old}; the new one has proved ${next.uses} since: the old one can go`
}

function told(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`
}

function stateOf(previous: SecretUse, next: SecretUse, now: Instant): Rotation['state'] {
  const { firstUsedAt, lastUsedAt } = next
  if (lastUsedAt === null) return 'waiting'
  const old = previous.lastUsedAt
  if (old === null || old < (firstUsedAt ?? lastUsedAt)) return 'ready'
  return lastUsedAt > old && now - old >= QUIET_MS ? 'ready' : 'moving'
}
