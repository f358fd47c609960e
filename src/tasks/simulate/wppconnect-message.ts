/** The message model of @wppconnect-team/wppconnect 2, flat, as `onmessage` carries it. */
import type { Talk } from './happening'

export function wppconnectWid(id: string): { server: string; user: string; _serialized: string } {
  const [user = '', server = ''] = id.split('@')
  return { server, user, _serialized: id }
}

/** An object in every event but the messages themselves, which give `_serialized` alone. */
export function wppconnectMessageId({ id, chat, fromMe, author }: Talk): { fromMe: boolean; remote: object; id: string; _serialized: string } {
  return { fromMe, remote: wppconnectWid(chat), id, _serialized: `${fromMe}_${chat}_${id}${author ? `_${author}` : ''}` }
}

/** @param data the whole file in base64 (`webhook.autoDownload`), in the place of the text. */
export function wppconnectMessage(talk: Talk, account: string, data?: string): Record<string, unknown> {
  const [from, to] = talk.fromMe ? [account, talk.chat] : [talk.chat, account]
  const seconds = Math.floor(talk.at / 1000)
  const person = talk.author ?? talk.chat
  const type = talk.media ? (talk.media.mimetype.startsWith('image/') ? 'image' : 'document') : 'chat'
  return {
    id: wppconnectMessageId(talk)._serialized,
    viewed: false,
    body: data ?? talk.text,
    type,
    t: seconds,
    notifyName: talk.name,
    from,
    to,
    ...(talk.author ? { author: talk.author } : {}),
    ack: 1,
    invis: false,
    isNewMsg: true,
    star: false,
    kicNotified: false,
    recvFresh: true,
    mentionedJidList: [],
    isForwarded: false,
    labels: [],
    content: talk.text,
    isGroupMsg: talk.chat.endsWith('@g.us'),
    isMedia: false,
    isNotification: false,
    isPSA: false,
    fromMe: talk.fromMe,
    timestamp: seconds,
    chatId: talk.chat,
    sender: { id: person, name: talk.name, pushname: talk.name, type: 'in', isMe: talk.fromMe, formattedName: talk.name, msgs: null },
    lastSeen: null,
    quotedMsgObj: null,
    mediaData: {},
    ...(talk.media ? { mimetype: talk.media.mimetype, isMMS: true, caption: talk.text } : {}),
  }
}
