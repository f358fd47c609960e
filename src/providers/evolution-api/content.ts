import type { MessageFacts } from '../../domain/event'
import { contentOf, fileHash, fileSize } from '../attachment'
import { type Fields, fields, put, text } from '../read'
import { fileIn } from '../whatsapp-message'
import { long } from './payload'

/** The attachment, or undefined when there is none. `base64` comes with `webhook.base64`, `mediaUrl` where Evolution stores in S3. */
export function mediaOf(content: Fields): MessageFacts['media'] {
  const found = fileIn(content)
  if (found === undefined) return undefined
  const media: NonNullable<MessageFacts['media']> = {}
  put(media, 'mimetype', text(found.mimetype, 100))
  put(media, 'filename', text(found.fileName, 255))
  const attachment = contentOf(content.base64)
  put(media, 'bytes', attachment?.bytes ?? fileSize(long(found.fileLength)))
  put(media, 'sha256', attachment?.sha256 ?? fileHash(found.fileSha256))
  put(media, 'url', text(content.mediaUrl, 2000))
  return media
}

/** The id of the message that this one answers. */
export function quotedId(item: Fields, content: Fields): string | undefined {
  const outside = text(fields(item.contextInfo).stanzaId)
  if (outside !== undefined) return outside
  for (const name in content) {
    const inside = text(fields(fields(content[name]).contextInfo).stanzaId)
    if (inside !== undefined) return inside
  }
  return undefined
}
