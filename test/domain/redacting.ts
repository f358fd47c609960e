/** Redaction as the tests of it see it: text in, text out. */
import { redactBody } from '../../src/domain/redaction'

export const fingerprint = (secret: string): string => new Bun.CryptoHasher('sha256', 'test').update(secret).digest('hex').slice(0, 8)
export const mark = (secret: string): string => `"[redacted ${fingerprint(secret)}]"`
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const redact = (text: string): string => new TextDecoder().decode(redactBody(bytes(text), fingerprint))
