import type { MessageFacts } from '../../domain/event'
import { MAX_TEXT } from '../message'
import { type Fields, fields, put, text } from '../read'

interface Content {
  kind: string | undefined
  text: string | undefined
  media: MessageFacts['media']
}

/** What a message says, whatever its type: `type` names the property that holds it. */
export function contentOf(message: Fields): Content {
  const kind = text(message.type, 50)
  const content = fields(kind === undefined ? undefined : message[kind])
  if (kind !== undefined && MEDIA.has(kind)) return { kind, text: text(content.caption, MAX_TEXT), media: mediaOf(content) }
  return { kind, text: wordsOf(kind, message, content), media: undefined }
}

const MEDIA = new Set(['image', 'audio', 'video', 'document', 'sticker'])

function wordsOf(kind: string | undefined, message: Fields, content: Fields): string | undefined {
  switch (kind) {
    case 'text':
      return text(content.body, MAX_TEXT)
    case 'button':
      return text(content.text, MAX_TEXT)
    case 'location':
      return text(content.name, MAX_TEXT) ?? text(content.address, MAX_TEXT)
    case 'order':
      return text(content.text, MAX_TEXT)
    case 'interactive':
      return interactiveWords(content)
    case 'contacts': {
      const [first] = Array.isArray(message.contacts) ? (message.contacts as unknown[]) : []
      return text(fields(fields(first).name).formatted_name, MAX_TEXT)
    }
    default:
      return undefined
  }
}

/** What was chosen or answered. The answer of a form is JSON in a text: kept in the body, not shown. */
function interactiveWords(content: Fields): string | undefined {
  const reply = fields(content[text(content.type, 50) ?? ''])
  return text(reply.title, MAX_TEXT) ?? text(reply.body, MAX_TEXT) ?? text(reply.response, MAX_TEXT)
}

/** The file itself has to be fetched by its id; `url`, where it is given, lives for five minutes and needs a token. */
function mediaOf(content: Fields): NonNullable<MessageFacts['media']> {
  const media: NonNullable<MessageFacts['media']> = {}
  put(media, 'mimetype', text(content.mime_type, 100))
  put(media, 'filename', text(content.filename, 255))
  put(media, 'sha256', fromBase64(content.sha256))
  put(media, 'url', text(content.url, 2000))
  return media
}

function fromBase64(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined
  const hash = Buffer.from(value, 'base64')
  return hash.byteLength === 32 ? hash.toString('hex') : undefined
}
