/** Messages as whatsmeow's structs, in their order: Info first, then WhatsApp's own protobuf as Go names its fields. */
import { jidOf } from './evolution-message'
import { goTime } from './go'
import type { Line, Talk } from './happening'

const NEVER = '0001-01-01T00:00:00Z'

/** What wuzapi puts beside the event: the file itself, and its name. */
export interface WuzapiMessage {
  event: Record<string, unknown>
  beside?: Record<string, unknown>
}

export function wuzapiMessage(line: Line, talk: Talk, id: string, at: number, content: Record<string, unknown>, edit = ''): WuzapiMessage {
  return {
    event: {
      Info: infoOf(line, talk, id, at, edit),
      Message: content,
      IsEphemeral: false,
      IsViewOnce: false,
      IsViewOnceV2: false,
      IsViewOnceV2Extension: false,
      IsDocumentWithCaption: false,
      IsLottieSticker: false,
      IsBotInvoke: false,
      IsEdit: edit === '1',
      SourceWebMsg: null,
      UnavailableRequestID: '',
      RetryCount: 0,
      NewsletterMeta: null,
      RawMessage: content,
    },
  }
}

/** media_delivery=base64, the default: the decrypted file comes along. */
export function wuzapiFile(line: Line, talk: Talk, data: string): WuzapiMessage {
  const mimetype = talk.media?.mimetype ?? ''
  const [name, extension] = mimetype.startsWith('image/') ? ['imageMessage', 'jpe'] : ['documentMessage', 'pdf']
  const key = new Bun.CryptoHasher('sha256').update(talk.id).digest('base64')
  const file = {
    URL: `https://mmg.whatsapp.net/v/t62.7118-24/${talk.id}.enc?ccb=11-4`,
    mimetype,
    caption: talk.text,
    fileSHA256: new Bun.CryptoHasher('sha256').update(Buffer.from(data, 'base64')).digest('base64'),
    fileLength: talk.media?.bytes,
    mediaKey: key,
    fileEncSHA256: key,
    directPath: `/v/t62.7118-24/${talk.id}.enc`,
    mediaKeyTimestamp: Math.floor(talk.at / 1000),
  }
  const { event } = wuzapiMessage(line, talk, talk.id, talk.at, { [name]: file })
  return { event, beside: { base64: data, mimeType: mimetype, fileName: `${talk.id}.${extension}` } }
}

export function keyOf(talk: Talk): Record<string, unknown> {
  return { remoteJID: jidOf(talk.chat), fromMe: talk.fromMe, ID: talk.id }
}

/** Whoever wrote it, with the number of the device that did. */
export function senderOf(line: Line, talk: Talk, device = 0): string {
  const jid = jidOf(talk.fromMe ? line.account.id : (talk.author ?? talk.chat))
  return device === 0 ? jid : jid.replace('@', `:${device}@`)
}

function infoOf(line: Line, talk: Talk, id: string, at: number, edit: string): Record<string, unknown> {
  return {
    Chat: jidOf(talk.chat),
    Sender: senderOf(line, talk),
    IsFromMe: talk.fromMe,
    IsGroup: talk.chat.endsWith('@g.us'),
    AddressingMode: 'pn',
    SenderAlt: '',
    RecipientAlt: '',
    BroadcastListOwner: '',
    BroadcastRecipients: null,
    ID: id,
    ServerID: 0,
    Type: talk.media ? 'media' : 'text',
    PushName: talk.name,
    Timestamp: goTime(at),
    Category: '',
    Multicast: false,
    MediaType: talk.media ? (talk.media.mimetype.startsWith('image/') ? 'image' : 'document') : '',
    Edit: edit,
    MsgBotInfo: { EditType: '', EditTargetID: '', EditSenderTimestampMS: NEVER },
    MsgMetaInfo: { TargetID: '', TargetSender: '', TargetChat: '', DeprecatedLIDSession: null, ThreadMessageID: '', ThreadMessageSenderJID: '' },
    VerifiedName: null,
    DeviceSentMeta: talk.fromMe ? { DestinationJID: jidOf(talk.chat), Phash: '' } : null,
  }
}
