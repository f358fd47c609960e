import type { Secret } from '../../src/signing/scheme'

/** The clock of the signing tests. */
export const NOW = 1_787_409_000_000

export function secret(value: string, id = 'a'): Secret {
  return { id, value }
}
