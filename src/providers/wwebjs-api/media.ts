import type { MessageFacts } from '../../domain/event'
import { isObject, number, put, text } from '../read'

type Media = NonNullable<MessageFacts['media']>

/**
 * Media facts from `messageMedia` (`{mimetype, data, filename, filesize}`) or from a message's raw model (`{mimetype, filename,
 * size, filehash}`). The facts are the same whether the attachment is still inside or was replaced at the door by its size and
 * hash, so that a replay of the stored body decodes to what the delivery did.
 */
export function mediaOf(value: unknown): Media | undefined {
  if (!isObject(value)) return undefined
  const media: Media = {}
  put(media, 'mimetype', text(value.mimetype, 100))
  put(media, 'filename', text(value.filename, 255))
  const content = typeof value.data === 'string' && value.data.length > 0 ? contentOf(value.data) : undefined
  put(media, 'bytes', size(value.filesize) ?? size(value.size) ?? content?.bytes)
  put(media, 'sha256', content?.sha256 ?? fromBase64(value.filehash))
  for (const _ in media) return media
  return undefined
}

const REPLACED = /^\[base64 (\d{1,15}) bytes sha256:([0-9a-f]{64})\]$/

function contentOf(data: string): { bytes: number; sha256: string } {
  const replaced = data.length < 200 ? REPLACED.exec(data) : null
  if (replaced?.[1] !== undefined && replaced[2] !== undefined) return { bytes: Number(replaced[1]), sha256: replaced[2] }
  const bytes = Buffer.from(data, 'base64')
  return { bytes: bytes.byteLength, sha256: new Bun.CryptoHasher('sha256').update(bytes).digest('hex') }
}

/** WhatsApp's `filehash` is the SHA-256 of the decrypted file in base64. */
function fromBase64(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined
  const hash = Buffer.from(value, 'base64')
  return hash.byteLength === 32 ? hash.toString('hex') : undefined
}

function size(value: unknown): number | undefined {
  const bytes = number(value)
  return bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined
}
