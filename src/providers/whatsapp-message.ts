import { MAX_TEXT } from './message'
import { type Fields, fields, isObject, text } from './read'

/**
 * WhatsApp's own message (waE2E.Message) as JSON of its protobuf: what Baileys and whatsmeow pass on, and with them their services.
 * Most of the fields have one name in both.
 */

/** One key says what it is. What is wrapped around it (disappearing, view once …) is taken off. */
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

/** WhatsApp Web's word for the kind, as the other providers give it; the protobuf's own where there is none. */
export function kindOf(messageType: string | undefined, content: Fields): string | undefined {
  const isWrapped = messageType === undefined || WRAPPERS.includes(messageType)
  const name = isWrapped ? Object.keys(content).find((each) => KINDS.has(each)) : messageType
  if (name === 'audioMessage' && isVoice(fields(content.audioMessage))) return 'ptt'
  return name === undefined ? undefined : (KINDS.get(name) ?? name)
}

/** Baileys says `ptt`, whatsmeow `PTT`. */
function isVoice({ ptt, PTT }: Fields): boolean {
  return ptt === true || PTT === true
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

/** The part that is a file, or undefined when there is none. */
export function fileIn(content: Fields): Fields | undefined {
  return MEDIA.map((name) => content[name]).find(isObject)
}

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
