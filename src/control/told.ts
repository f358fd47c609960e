/** What asking a sender's REST API can come to. Failures are data: nothing here is thrown. */

/** What went wrong, as far as those who asked may treat it differently. */
export type FailureKind =
  /** The base URL leads nowhere, or where we do not go. */
  | 'address'
  /** Nobody answered: refused, reset, unknown host, TLS. */
  | 'unreachable'
  /** No answer in time; what was asked for may happen nevertheless. */
  | 'timeout'
  /** The key is wrong or missing. */
  | 'key'
  /** It understood and would not. */
  | 'refused'
  /** It knows no such session. */
  | 'missing'
  /** It answered with what its API never says. */
  | 'confused'
  /** We are shutting down. */
  | 'stopping'

export interface Failure {
  kind: FailureKind
  /** One sentence for an operator, without any key. */
  message: string
}

export type Told<T> = { ok: true; value: T } | { ok: false; failure: Failure }

export const told = <T>(value: T): Told<T> => ({ ok: true, value })
export const failed = (kind: FailureKind, message: string): { ok: false; failure: Failure } => ({ ok: false, failure: { kind, message } })

/** Whether the sender itself is in trouble, so that asking it more soon would only cost. */
export function isDown({ kind }: Failure): boolean {
  return kind === 'unreachable' || kind === 'timeout' || kind === 'address' || kind === 'key'
}
