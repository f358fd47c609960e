import { timingSafeEqual } from 'node:crypto'

/** 256 random bits, base64url. */
export function newToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
}

/** What is stored of a token. A plain hash will do: a token of 256 bits cannot be guessed from it. */
export function tokenHash(token: string): string {
  return new Bun.CryptoHasher('sha256').update(token).digest('base64url')
}

/** Compares two texts in a time that tells nothing about either. */
export function isSameSecret(a: string, b: string): boolean {
  const hash = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}
