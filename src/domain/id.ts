import type { Instant } from './event'

/**
 * The id of a session: UUIDv5 (RFC 9562) of its name in the namespace of its source. Every instance computes the same
 * one without asking anybody, which is what lets the ledger be sharded by it.
 */
export function sessionIdOf(sourceId: string, name: string): string {
  const hash = new Bun.CryptoHasher('sha1').update(bytesOf(sourceId)).update(name).digest()
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80
  return formatUuid(hash)
}

/** The first 128 bits of the SHA-256 of an idempotency key, as a UUID: short enough for an index, too long to collide. */
export function keyHash(key: string): string {
  return formatUuid(new Bun.CryptoHasher('sha256').update(key).digest())
}

/** The instant in a UUIDv7, in whole milliseconds. */
export function instantOf(uuidV7: string): Instant {
  return Number.parseInt(uuidV7.slice(0, 8) + uuidV7.slice(9, 13), 16)
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)
}

function bytesOf(uuid: string): Uint8Array {
  return Uint8Array.fromHex(uuid.replaceAll('-', ''))
}

function formatUuid(bytes: Uint8Array): string {
  const hex = bytes.toHex()
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
