/**
 * wwebjs-api as it posts: `{"dataType","data","sessionId"}` by axios, the API key in a header, never a second try, and
 * every message whole again in each event about it (whatsapp-web.js 1.34, structures/Message.js).
 */
import type { Dialect, Happening, Line, SimulatedDelivery, Talk, Talked } from './happening'

export const wwebjsDialect: Dialect = {
  id: 'wwebjs-api',
  tell: (line, happening, at) => tell(line, happening, at).map(([dataType, data]) => wwebjsBody(line.name, dataType, data)),
  sign: (secret) => wwebjsHeaders(secret),
  retries: [],
}

/** One delivery of any `dataType`, for tests. */
export function wwebjsDelivery(secret: string, session: string, dataType: string, data?: unknown): SimulatedDelivery {
  return { session, headers: wwebjsHeaders(secret), body: wwebjsBody(session, dataType, data) }
}

/** `data` is absent, not null, where the service gives none. */
export function wwebjsBody(session: string, dataType: string, data?: unknown): string {
  return JSON.stringify({ dataType, data, sessionId: session })
}

/** A message in full: about 2 KB, and with a thumbnail about 3.5 KB. */
export function wwebjsMessage(talk: Talk, account: string, ack = talk.fromMe ? 0 : 1): Record<string, unknown> {
  const [from, to] = talk.fromMe ? [account, talk.chat] : [talk.chat, account]
  const seconds = Math.floor(talk.at / 1000)
  const type = talk.media ? (talk.media.mimetype.startsWith('image/') ? 'image' : 'document') : 'chat'
  const id = messageKey(talk)
  return {
    _data: {
      ...rawModel(talk, id, type, seconds, ack),
      from,
      to,
      ...(talk.author ? { author: talk.author } : {}),
      ...(talk.media ? rawMedia(talk, seconds) : {}),
    },
    id,
    ack,
    hasMedia: talk.media !== undefined,
    body: talk.text,
    type,
    timestamp: seconds,
    from,
    to,
    author: talk.author,
    deviceType: talk.fromMe ? 'web' : 'android',
    isForwarded: false,
    forwardingScore: 0,
    isStatus: false,
    isStarred: false,
    fromMe: talk.fromMe,
    hasQuotedMsg: false,
    hasReaction: false,
    vCards: [],
    mentionedIds: [],
    groupMentions: [],
    isGif: false,
    isEphemeral: false,
    links: [],
  }
}

function wwebjsHeaders(secret: string): Record<string, string> {
  return { accept: 'application/json, text/plain, */*', 'content-type': 'application/json', 'x-api-key': secret, 'user-agent': 'axios/1.15.2' }
}

type Told = [dataType: string, data?: unknown]

function tell(line: Line, happening: Happening, at: number): Told[] {
  switch (happening.kind) {
    case 'starting':
      return []
    case 'qr':
      return [['qr', { qr: happening.code }]]
    case 'pairing_code':
      return [['code', { code: happening.code }]]
    case 'loading':
      return [['loading_screen', { percent: happening.percent, message: 'WhatsApp' }]]
    case 'authenticated':
      return [['authenticated']]
    case 'connected':
      return [['ready'], ['change_state', { state: 'CONNECTED' }]]
    case 'reconnecting':
      return [
        ['change_state', { state: 'TIMEOUT' }],
        ['change_state', { state: 'OPENING' }],
      ]
    case 'disconnected':
      return tellDown(happening.reason)
    case 'auth_failure':
      return [['status', { msg: happening.message }]]
    default:
      return tellTalk(line, happening, at)
  }
}

/** An unlinked phone gives `LOGOUT` alone; anything else comes as the state first. A stop by the operator is not told at all. */
function tellDown(reason: Extract<Happening, { kind: 'disconnected' }>['reason']): Told[] {
  if (reason === 'stopped') return []
  if (reason === 'logged_out') return [['disconnected', { reason: 'LOGOUT' }]]
  const state = reason === 'replaced' ? 'CONFLICT' : 'PROXYBLOCK'
  return [
    ['change_state', { state }],
    ['disconnected', { reason: state }],
  ]
}

function tellTalk(line: Line, happening: Talked, at: number): Told[] {
  const whole = (talk: Talk, ack?: number) => wwebjsMessage(talk, line.account.id, ack)
  switch (happening.kind) {
    case 'message': {
      const message = whole(happening.talk)
      // A foreign message comes twice: to whoever wants all, and to whoever wants those of others.
      return happening.talk.fromMe
        ? [['message_create', { message }]]
        : [
            ['message_create', { message }],
            ['message', { message }],
          ]
    }
    case 'media':
      return [
        [
          'media',
          {
            messageMedia: { mimetype: happening.talk.media?.mimetype, data: happening.data, filesize: happening.talk.media?.bytes },
            message: whole(happening.talk),
          },
        ],
      ]
    case 'ack':
      return [['message_ack', { message: whole(happening.talk, happening.ack), ack: happening.ack }]]
    case 'edited': {
      const message = { ...whole(happening.talk), latestEditSenderTimestampMs: at, latestEditMsgKey: messageKey(happening.talk) }
      return [['message_edit', { message, newBody: happening.talk.text, prevBody: happening.before }]]
    }
    case 'revoked': {
      const shell = whole({ ...happening.talk, text: '' })
      return [['message_revoke_everyone', { message: { ...shell, type: 'revoked', protocolMessageKey: messageKey(happening.talk) } }]]
    }
    case 'reaction':
      return [['message_reaction', { reaction: reactionOf(happening, at) }]]
    case 'call': {
      const [user, server] = happening.from.split('@')
      const call = {
        id: happening.id,
        from: { server, user, _serialized: happening.from },
        isVideo: happening.video,
        isGroup: false,
        fromMe: false,
        canHandleLocally: false,
        webClientShouldHandle: false,
        participants: [],
      }
      // The library fires at every write to its call store: the same call twice is the rule.
      return [
        ['call', { call }],
        ['call', { call }],
      ]
    }
  }
}

function reactionOf({ talk, id, emoji, sender }: Extract<Happening, { kind: 'reaction' }>, at: number): Record<string, unknown> {
  const own = { fromMe: false, remote: talk.chat, id, _serialized: `false_${talk.chat}_${id}` }
  return {
    id: own,
    orphan: 0,
    orphanReason: null,
    timestamp: Math.floor(at / 1000),
    reaction: emoji,
    read: false,
    msgId: messageKey(talk),
    senderId: sender,
    ack: 3,
  }
}

function messageKey({ id, chat, fromMe, author }: Talk): Record<string, unknown> {
  const serialized = `${fromMe}_${chat}_${id}${author ? `_${author}` : ''}`
  return { fromMe, remote: chat, id, ...(author ? { participant: author } : {}), _serialized: serialized }
}

/** The library's own model comes along whole: most of the bytes, and nothing that matters. */
function rawModel(talk: Talk, id: unknown, type: string, seconds: number, ack: number): Record<string, unknown> {
  const no = { viewed: false, invis: false, star: false, kicNotified: false, isFromTemplate: false, pollInvalidated: false, isSentCagPollCreation: false }
  const none = { latestEditMsgKey: null, latestEditSenderTimestampMs: null, mentionedJidList: [], groupMentions: [] }
  const never = { isEventCanceled: false, eventInvalidated: false, isVcardOverMmsDocument: false, labels: [], isForwarded: false, hasReaction: false }
  const calls = { parentMsgId: null, callSilenceReason: null, isVideoCall: false, callDuration: null, callParticipants: null, isMdHistoryMsg: false }
  const rest = {
    stickerSentTs: 0,
    isAvatar: false,
    lastUpdateFromServerTs: 0,
    invokedBotWid: null,
    bizBotType: null,
    botResponseTargetId: null,
    requiresDirectConnection: false,
    hostedBizEncStateMismatch: false,
    isEphemeral: false,
    isStatusV3: false,
    links: [],
  }
  return {
    id,
    body: talk.text,
    type,
    t: seconds,
    clientReceivedTsMillis: Math.floor(talk.at),
    notifyName: talk.name,
    ack,
    isNewMsg: true,
    recvFresh: true,
    ...no,
    ...none,
    ...never,
    disappearingModeInitiator: 'chat',
    productHeaderImageRejected: false,
    lastPlaybackProgress: 0,
    isDynamicReplyButtonsMsg: false,
    isCarouselCard: false,
    ...calls,
    ...rest,
  }
}

/** The raw body of an attachment is its thumbnail; keys of the file on WhatsApp's servers come along. */
function rawMedia(talk: Talk, seconds: number): Record<string, unknown> {
  const thumbnail = Buffer.from(talk.id.repeat(30).slice(0, 900)).toString('base64')
  const hash = new Bun.CryptoHasher('sha256').update(talk.id).digest('base64')
  return {
    body: thumbnail,
    caption: talk.text,
    mimetype: talk.media?.mimetype,
    directPath: `/v/t62.7118-24/${talk.id}?ccb=11-4&oh=${talk.id.slice(0, 16)}&oe=67000000`,
    mediaKey: hash,
    mediaKeyTimestamp: seconds,
    filehash: hash,
    encFilehash: hash,
    size: talk.media?.bytes,
    width: 1280,
    height: 960,
    isViewOnce: false,
  }
}
