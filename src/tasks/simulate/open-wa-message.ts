/** open-wa's message model (src/api/model/message.ts), the same in version 4 and 5. */
import type { Happening, Talk } from './happening'

/** A message in full: about 1 KB. */
export function openWaMessage(talk: Talk, account: string, ack = talk.fromMe ? 1 : 2): Record<string, unknown> {
  const seconds = Math.floor(talk.at / 1000)
  const sender = talk.author ?? (talk.fromMe ? account : talk.chat)
  const isGroupMsg = talk.chat.endsWith('@g.us')
  const [from, to] = talk.fromMe ? [account, talk.chat] : [talk.chat, account]
  const thumbnail = talk.media ? Buffer.from(talk.id.repeat(20).slice(0, 600)).toString('base64') : undefined
  return {
    id: openWaId(talk),
    from,
    to,
    body: thumbnail ?? talk.text,
    caption: talk.media ? talk.text : '',
    type: talk.media ? (talk.media.mimetype.startsWith('image/') ? 'image' : 'document') : 'chat',
    timestamp: seconds,
    t: seconds,
    fromMe: talk.fromMe,
    isGroupMsg,
    isMedia: talk.media !== undefined,
    isMMS: talk.media !== undefined,
    ...(talk.media ? { mimetype: talk.media.mimetype, size: talk.media.bytes } : {}),
    mId: talk.id,
    notifyName: talk.name,
    self: talk.fromMe ? 'out' : 'in',
    ack,
    invis: false,
    isNewMsg: true,
    star: false,
    recvFresh: true,
    broadcast: false,
    isForwarded: false,
    labels: [],
    mentionedJidList: [],
    sender: { id: sender, pushname: talk.name, formattedName: talk.name, isMe: talk.fromMe },
    content: thumbnail ?? talk.text,
    text: talk.text,
    isNotification: false,
    isPSA: false,
    chat: { id: talk.chat, formattedTitle: talk.name, isGroup: isGroupMsg },
    chatId: talk.chat,
    author: sender,
    quotedMsgObj: null,
    mediaData: {},
  }
}

/** `false_5511…@c.us_3EB0…`, in groups with who wrote it at the end. */
export function openWaId({ id, chat, fromMe, author }: Talk): string {
  return `${fromMe}_${chat}_${id}${author ? `_${author}` : ''}`
}

/** A call as it comes in. */
export function openWaCall({ id, from, video }: Extract<Happening, { kind: 'call' }>, at: number): Record<string, unknown> {
  return {
    id,
    peerJid: from,
    offerTime: Math.floor(at / 1000),
    isVideo: video,
    isGroup: false,
    canHandleLocally: false,
    outgoing: false,
    webClientShouldHandle: false,
    participants: [],
    State: 'INCOMING_RING',
  }
}
