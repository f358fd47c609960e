import { number } from './read'

/** What an attachment is known by once it is gone. */
export interface Content {
  bytes: number
  sha256: string
}

/**
 * Size and hash of an attachment given in base64, or of the stand-in that took its place at the door
 * (`[base64 13336963 bytes sha256:…]`): what is decoded now is what a replay of the stored body will decode.
 */
export function contentOf(data: unknown): Content | undefined {
  if (typeof data !== 'string' || data.length === 0) return undefined
  const replaced = data.length < 200 ? REPLACED.exec(data) : null
  if (replaced?.[1] !== undefined && replaced[2] !== undefined) return { bytes: Number(replaced[1]), sha256: replaced[2] }
  if (!BASE64.test(data)) return undefined
  const bytes = Buffer.from(data, 'base64')
  return { bytes: bytes.byteLength, sha256: new Bun.CryptoHasher('sha256').update(bytes).digest('hex') }
}

/** The SHA-256 of the decrypted file as WhatsApp gives it (`filehash`, `fileSha256`): base64 in, hexadecimal out. */
export function fileHash(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined
  const hash = Buffer.from(value, 'base64')
  return hash.byteLength === 32 ? hash.toString('hex') : undefined
}

/** A size in bytes. */
export function fileSize(value: unknown): number | undefined {
  const bytes = number(value)
  return bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const REPLACED = /^\[base64 (\d{1,15}) bytes sha256:([0-9a-f]{64})\]$/
