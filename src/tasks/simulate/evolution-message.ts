/** Baileys' message as Evolution passes it on (whatsapp.baileys.service.ts, prepareMessage). */
import type { Talk } from './happening'

/** Baileys says `s.whatsapp.net` where WhatsApp Web says `c.us`. */
export function jidOf(id: string): string {
  return id.replace('@c.us', '@s.whatsapp.net')
}

/** @param base64 the file, with `webhook.base64`. */
export function evolutionMessage(talk: Talk, instanceId: string, base64?: string): Record<string, unknown> {
  const [messageType, content] = contentOf(talk)
  return {
    key: { remoteJid: jidOf(talk.chat), fromMe: talk.fromMe, id: talk.id, ...(talk.author ? { participant: jidOf(talk.author), addressingMode: 'pn' } : {}) },
    pushName: talk.name,
    status: talk.fromMe ? 'PENDING' : 'DELIVERY_ACK',
    message: { ...content, messageContextInfo: contextOf(talk), ...(base64 === undefined ? {} : { base64 }) },
    ...(talk.fromMe ? { contextInfo: null } : {}),
    messageType,
    messageTimestamp: Math.floor(talk.at / 1000),
    instanceId,
    source: talk.fromMe ? 'web' : 'android',
  }
}

function contentOf({ id, text, media, at }: Talk): [messageType: string, content: Record<string, unknown>] {
  if (!media) return ['conversation', { conversation: text }]
  const messageType = media.mimetype.startsWith('image/') ? 'imageMessage' : 'documentMessage'
  const hash = new Bun.CryptoHasher('sha256').update(id).digest('base64')
  const file = {
    url: `https://mmg.whatsapp.net/v/t62.7118-24/${id}`,
    mimetype: media.mimetype,
    caption: text,
    fileSha256: hash,
    fileLength: String(media.bytes),
    mediaKey: hash,
    fileEncSha256: hash,
    directPath: `/v/t62.7118-24/${id}`,
    mediaKeyTimestamp: String(Math.floor(at / 1000)),
  }
  return [messageType, { [messageType]: file }]
}

function contextOf({ id }: Talk): Record<string, unknown> {
  const messageSecret = new Bun.CryptoHasher('sha256').update(`secret of ${id}`).digest('base64')
  return { deviceListMetadata: { senderKeyHash: 'r1Yk3mZ0cQ==', recipientKeyHash: 'pQ0e1xY2zA==' }, deviceListMetadataVersion: 2, messageSecret }
}
