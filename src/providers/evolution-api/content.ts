import type { MessageFacts } from '../../domain/event'
import { contentOf, fileHash, fileSize } from '../attachment'
import { type Fields, fields, isObject, put, text } from '../read'
import { long } from './payload'

/** MAX of MessageFacts.text. */
const MAX_TEXT = 1000

/** Baileys' message: one key says what it is. What is wrapped around it (disappearing, view once …) is taken off. */
export function contentIn(message: unknown): Fields {
  let content = fields(message)
  for (let depth = 0; depth < 5; depth++) {
    const wrapped = WRAPPERS.map((name) => content[name]).find(isObject)
    if (wrapped === undefined) break
    content = { ...content, ...fields(wrapped.message) }
    for (const name of WRAPPERS) if (content[name] === wrapped) delete (content as Record<string, unknown>)[name]
  }
  return content
}

const WRAPPERS = ['ephemeralMessage', 'viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension', 'documentWithCaptionMessage', 'deviceSentMessage']

/** WhatsApp Web's word for the kind, as the other providers give it; Baileys' own where there is none. */
export function kindOf(messageType: string | undefined, content: Fields): string | undefined {
  const isWrapped = messageType === undefined || WRAPPERS.includes(messageType)
  const name = isWrapped ? Object.keys(content).find((each) => KINDS.has(each)) : messageType
  if (name === 'audioMessage' && fields(content.audioMessage).ptt === true) return 'ptt'
  return name === undefined ? undefined : (KINDS.get(name) ?? name)
}

const KINDS = new Map([
  ['conversation', 'chat'],
  ['extendedTextMessage', 'chat'],
  ['imageMessage', 'image'],
  ['videoMessage', 'video'],
  ['ptvMessage', 'video'],
  ['audioMessage', 'audio'],
  ['documentMessage', 'document'],
  ['stickerMessage', 'sticker'],
  ['locationMessage', 'location'],
  ['liveLocationMessage', 'location'],
  ['contactMessage', 'vcard'],
  ['contactsArrayMessage', 'multi_vcard'],
  ['pollCreationMessage', 'poll_creation'],
  ['pollCreationMessageV2', 'poll_creation'],
  ['pollCreationMessageV3', 'poll_creation'],
])

const MEDIA = ['imageMessage', 'videoMessage', 'ptvMessage', 'audioMessage', 'documentMessage', 'stickerMessage']

export function textOf(content: Fields): string | undefined {
  const plain = text(content.conversation, MAX_TEXT) ?? text(fields(content.extendedTextMessage).text, MAX_TEXT)
  if (plain !== undefined) return plain
  for (const [name, field] of TEXTS) {
    const found = text(fields(content[name])[field], MAX_TEXT)
    if (found !== undefined) return found
  }
  return undefined
}

const TEXTS: readonly [name: string, field: string][] = [
  ['imageMessage', 'caption'],
  ['videoMessage', 'caption'],
  ['documentMessage', 'caption'],
  ['locationMessage', 'name'],
  ['locationMessage', 'address'],
  ['liveLocationMessage', 'caption'],
  ['contactMessage', 'displayName'],
  ['contactsArrayMessage', 'displayName'],
  ['pollCreationMessage', 'name'],
  ['pollCreationMessageV2', 'name'],
  ['pollCreationMessageV3', 'name'],
  ['buttonsResponseMessage', 'selectedDisplayText'],
  ['templateButtonReplyMessage', 'selectedDisplayText'],
  ['listResponseMessage', 'title'],
]

/** The attachment, or undefined when there is none. `base64` comes with `webhook.base64`, `mediaUrl` where Evolution stores in S3. */
export function mediaOf(content: Fields): MessageFacts['media'] {
  const found = MEDIA.map((name) => content[name]).find(isObject)
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
