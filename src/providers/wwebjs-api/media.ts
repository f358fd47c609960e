import type { MessageFacts } from '../../domain/event'
import { contentOf, fileHash, fileSize } from '../attachment'
import { isObject, put, text } from '../read'

type Media = NonNullable<MessageFacts['media']>

/**
 * Media facts from `messageMedia` (`{mimetype, data, filename, filesize}`) or from a message's raw model (`{mimetype, filename,
 * size, filehash}`).
 */
export function mediaOf(value: unknown): Media | undefined {
  if (!isObject(value)) return undefined
  const media: Media = {}
  put(media, 'mimetype', text(value.mimetype, 100))
  put(media, 'filename', text(value.filename, 255))
  const content = contentOf(value.data)
  put(media, 'bytes', fileSize(value.filesize) ?? fileSize(value.size) ?? content?.bytes)
  put(media, 'sha256', content?.sha256 ?? fileHash(value.filehash))
  for (const _ in media) return media
  return undefined
}
