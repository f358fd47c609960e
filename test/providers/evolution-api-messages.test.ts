import { describe, expect, test } from 'bun:test'
import { CHAT, decode, OWN } from '../support/evolution'

const message = (content: object, more: object = {}, key: object = {}) =>
  decode('messages.upsert', { key: { remoteJid: CHAT, fromMe: false, id: '3EB0', ...key }, message: content, messageTimestamp: 1760000000, ...more })

describe('messages of Evolution API', () => {
  test('an own message that is sent and then seen, and told again by history, is one happening', () => {
    const item = { key: { remoteJid: CHAT, fromMe: true, id: '3EB0' }, message: { conversation: 'hi' }, messageTimestamp: 1760000000 }
    const [sent, seen, past] = ['send.message', 'messages.upsert', 'messages.set'].map((name) => decode(name, item))
    expect(sent).toMatchObject({ type: 'message.created', key: 'message:3EB0', message: { from: OWN, to: CHAT } })
    expect([seen?.key, past?.key]).toEqual([sent?.key as string, sent?.key as string])
  })

  test('one revocation under its three names is one, and the row of the database is not taken for the message', () => {
    const keys = [
      decode('messages.delete', { remoteJid: CHAT, fromMe: false, id: '3EB0' }),
      decode('messages.delete', { id: 'cmghx0u1a0001p801q2w3e4r5', key: { remoteJid: CHAT, fromMe: true, id: '3EB0' }, status: 'DELETED' }),
      decode('messages.update', { keyId: '3EB0', remoteJid: CHAT, status: 'DELETED', messageId: 'cmghx' }),
      message({ protocolMessage: { type: 'REVOKE', key: { remoteJid: CHAT, id: '3EB0' } } }, {}, { id: 'CARRIER' }),
      message({ protocolMessage: { type: 0, key: { remoteJid: CHAT, id: '3EB0' } } }, {}, { id: 'CARRIER' }),
    ].map(({ type, key, message: facts }) => [type, key, facts?.id])
    expect(new Set(keys.map(String))).toEqual(new Set(['message.revoked,revoked:3EB0,3EB0']))
  })

  test('an edit is about the original, whoever carries it, and another text is another edit', () => {
    const protocol = (text: string) => ({
      key: { id: '3EB0', remoteJid: CHAT },
      editedMessage: { extendedTextMessage: { text } },
      timestampMs: '1760000005000',
    })
    const own = decode('messages.edited', protocol('b'))
    const wrapped = message({ editedMessage: { message: { protocolMessage: protocol('b') } } }, {}, { id: 'CARRIER' })
    expect(own).toMatchObject({ type: 'message.edited', occurredAt: 1760000005000, message: { id: '3EB0', text: 'b' } })
    expect(wrapped).toEqual({ ...own, providerType: 'messages.upsert' })
    expect(decode('messages.edited', protocol('c')).key).not.toBe(own.key)
  })

  test('a reaction is about the message it names; who reacted depends on the chat', () => {
    const reactionMessage = { key: { id: '3EB0', remoteJid: CHAT, fromMe: true }, text: '👍', senderTimestampMs: '1760000005000' }
    const direct = message({ reactionMessage }, {}, { id: 'R' })
    expect(direct).toMatchObject({ type: 'message.reaction', message: { id: '3EB0', fromMe: true, reaction: { text: '👍', sender: CHAT } } })
    expect(message({ reactionMessage }, {}, { id: 'R', participant: '1@lid' }).message?.reaction?.sender).toBe('1@lid')
    expect(message({ reactionMessage }, {}, { id: 'R', fromMe: true }).message?.reaction?.sender).toBe(OWN)
    const takenBack = message({ reactionMessage: { ...reactionMessage, text: '' } }, {}, { id: 'R' })
    expect(takenBack.message?.reaction).toEqual({ text: '', sender: CHAT })
    expect(takenBack.key).not.toBe(direct.key)
  })

  test('levels are words, and a level of nobody knows what is no acknowledgement', () => {
    const ack = (status: unknown) => decode('messages.update', { keyId: '3EB0', remoteJid: CHAT, fromMe: true, status })
    expect(['ERROR', 'PENDING', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED'].map((word) => ack(word).message?.ack)).toEqual([-1, 0, 1, 2, 3, 4])
    expect(ack('READ').key).not.toBe(ack('PLAYED').key)
    for (const odd of [undefined, null, 3, 'toString', 'EDITED']) expect(ack(odd)).toMatchObject({ type: 'other', providerType: 'messages.update' })
  })

  test('a vote is told without its content, which is encrypted', () => {
    const vote = message({ pollUpdateMessage: { pollCreationMessageKey: { id: 'POLL', remoteJid: '1@g.us' } } }, {}, { id: 'VOTE' })
    expect(vote).toMatchObject({ type: 'poll.vote', key: 'vote:POLL:VOTE', chat: '1@g.us' })
    expect(decode('messages.update', { keyId: 'POLL', remoteJid: CHAT, pollUpdates: [{ name: 'Yes', voters: [CHAT] }] })).toMatchObject({
      type: 'poll.vote',
      chat: CHAT,
    })
  })

  test('what is wrapped around a message is taken off', () => {
    const image = { imageMessage: { caption: 'look', mimetype: 'image/png', fileLength: { low: 5, high: 1, unsigned: true } } }
    const wrapped = message({ ephemeralMessage: { message: { viewOnceMessageV2: { message: image } } } }, { messageType: 'ephemeralMessage' })
    expect(wrapped.message).toMatchObject({ kind: 'image', text: 'look', hasMedia: true, media: { mimetype: 'image/png', bytes: 4294967301 } })
    const document = message({ documentWithCaptionMessage: { message: { documentMessage: { fileName: 'a.pdf', caption: 'c' } } }, mediaUrl: 'https://s3/a' })
    expect(document.message).toMatchObject({ kind: 'document', text: 'c', media: { filename: 'a.pdf', url: 'https://s3/a' } })
    let deep: object = { conversation: 'deep' }
    for (let i = 0; i < 50; i++) deep = { ephemeralMessage: { message: deep } }
    expect(message(deep).message?.id).toBe('3EB0')
  })

  test('kinds are called as the other providers call them', () => {
    const kind = (messageType: string, content: object = {}) => message(content, { messageType }).message?.kind
    expect(kind('conversation')).toBe('chat')
    expect(kind('audioMessage', { audioMessage: { ptt: true } })).toBe('ptt')
    expect(kind('audioMessage', { audioMessage: {} })).toBe('audio')
    expect(kind('pollCreationMessageV3', { pollCreationMessageV3: { name: 'Lunch?' } })).toBe('poll_creation')
    expect(kind('somethingNew')).toBe('somethingNew')
  })

  test('a file is known by size and hash, of itself or of what took its place', () => {
    const media = (base64: string) => message({ documentMessage: { mimetype: 'text/plain', fileLength: '9' }, base64 }).message?.media
    const file = Buffer.from('hello')
    const sha256 = new Bun.CryptoHasher('sha256').update(file).digest('hex')
    expect(media(file.toString('base64'))).toEqual({ mimetype: 'text/plain', bytes: 5, sha256 })
    expect(media(`[base64 5 bytes sha256:${sha256}]`)).toEqual({ mimetype: 'text/plain', bytes: 5, sha256 })
    expect(media('not base64!')).toEqual({ mimetype: 'text/plain', bytes: 9 })
  })

  test('an answer names what it answers', () => {
    expect(message({ extendedTextMessage: { text: 'yes', contextInfo: { stanzaId: 'Q' } } }).message?.quotedId).toBe('Q')
    expect(message({ conversation: 'yes' }, { contextInfo: { stanzaId: 'Q' } }).message?.quotedId).toBe('Q')
  })

  test('times may be numbers, digits or 64 bits in two halves', () => {
    for (const messageTimestamp of [1760000000, '1760000000', { low: 1760000000, high: 0, unsigned: true }]) {
      expect(message({ conversation: 'x' }, { messageTimestamp }).occurredAt).toBe(1760000000000)
    }
  })
})
