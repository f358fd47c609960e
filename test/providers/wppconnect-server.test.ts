import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { wppconnectServer } from '../../src/providers/wppconnect-server'
import { authenticate } from '../../src/signing/authenticate'
import { deliveryOf } from './samples'

const CHAT = '5511960000001@c.us'

function decode(event: string, body: object = {}): DecodedEvent {
  const decoded = wppconnectServer.decode(deliveryOf(''), { event, session: 'demo', ...body })
  if (!decoded.ok || decoded.parts[0]?.events[0] === undefined) throw new Error('not decoded')
  return decoded.parts[0].events[0]
}

const onmessage = (body: object) => decode('onmessage', { id: `false_${CHAT}_3EB0`, type: 'chat', t: 1795450052, from: CHAT, ...body })

describe('the state of a session', () => {
  test.each([
    ['isLogged', 'session.connected', undefined],
    ['inChat', 'session.connected', undefined],
    ['qrReadSuccess', 'session.authenticated', undefined],
    ['qrReadFail', 'session.auth_failure', 'rejected'],
    ['qrReadError', 'session.disconnected', 'qr_expired'],
    ['autocloseCalled', 'session.disconnected', 'qr_expired'],
    ['browserClose', 'session.disconnected', 'unknown'],
    ['serverClose', 'session.disconnected', 'network'],
    ['phoneNotConnected', 'session.disconnected', 'network'],
    ['disconnectedMobile', 'session.disconnected', 'logged_out'],
    ['desconnectedMobile', 'session.disconnected', 'logged_out'],
  ] as const)('%s is %s', (status, type, reason) => {
    const decoded = decode('status-find', { status })
    expect(decoded.type).toBe(type)
    expect(decoded.session).toEqual(reason === undefined ? (undefined as never) : { reason, detail: status })
  })

  test('notLogged and words that we do not know are kept and are no status', () => {
    for (const status of ['notLogged', 'waitChat', 'constructor']) {
      expect(decode('status-find', { status })).toMatchObject({ type: 'session.state', session: { detail: status } })
      expect(decode('status-find', { status }).session?.status).toBeUndefined()
    }
    expect(decode('status-find', { status: {} })).toMatchObject({ type: 'session.state' })
  })

  test('the text of a code is what a phone scans; a picture alone is a code that is not given', () => {
    expect(decode('qrcode', { urlcode: '2@a,b,c,d', qrcode: 'iVBOR' }).session).toEqual({ qr: '2@a,b,c,d' })
    expect(decode('qrcode', { qrcode: 'iVBOR' })).toEqual({ type: 'session.qr', providerType: 'qrcode', key: null, occurredAt: null, ordered: false })
    expect(decode('qrcode', { urlcode: 'x'.repeat(2954) }).session).toBeUndefined()
  })

  test('no state event has a key: each of two identical ones is true', () => {
    for (const event of ['status-find', 'qrcode', 'phoneCode', 'closesession', 'logoutsession']) {
      expect(decode(event, { status: 'inChat', urlcode: '2@a', phoneCode: 'A', message: 'm' })).toMatchObject({ key: null, occurredAt: null, ordered: false })
    }
  })
})

describe('messages', () => {
  test('onmessage, unreadmessages and onselfmessage of one message are one happening', () => {
    const body = { id: `true_${CHAT}_3EB0`, fromMe: true, body: 'hi', type: 'chat' }
    const keys = ['onmessage', 'unreadmessages', 'onselfmessage'].map((event) => decode(event, body).key)
    expect(new Set(keys)).toEqual(new Set(['message:3EB0']))
  })

  test('ids are text in one event and objects in another, and mean the same', () => {
    const remote = { server: 'c.us', user: '5511960000001', _serialized: CHAT }
    const asText = decode('onack', { id: `true_${CHAT}_3EB0`, ack: 1 })
    expect(decode('onack', { id: { fromMe: true, remote, id: '3EB0', _serialized: `true_${CHAT}_3EB0` }, ack: 1 })).toEqual(asText)
    expect(decode('onack', { id: { _serialized: `true_${CHAT}_3EB0` }, ack: 1 })).toEqual(asText)
    expect(onmessage({ chatId: remote }).message?.chat).toBe(CHAT)
  })

  test('levels go from -7 to 5: below nothing is a failure, 5 is only another device of its own', () => {
    const ack = (level: unknown) => decode('onack', { id: `true_${CHAT}_3EB0`, ack: level })
    expect([-7, -6, -5, -4, -3, -2, -1].map((level) => ack(level).message?.ack)).toEqual([-1, -1, -1, -1, -1, -1, -1])
    expect([0, 1, 2, 3, 4, 5].map((level) => ack(level).message?.ack)).toEqual([0, 1, 2, 3, 4, 1])
    expect([-8, 6, 1.5, null, 'read'].map((level) => ack(level).message?.ack)).toEqual([undefined, undefined, undefined, undefined, undefined] as never[])
    expect(new Set([-2, -1, 0, 1, 5].map((level) => ack(level).key)).size).toBe(5)
    expect(ack(2).occurredAt).toBeNull()
  })

  test('the body of a file is the file or its thumbnail, never a text', () => {
    const file = Buffer.from('hello')
    const media = onmessage({ type: 'image', body: file.toString('base64'), mimetype: 'image/jpeg', isMMS: true, caption: 'look' }).message
    expect(media).toMatchObject({ text: 'look', hasMedia: true })
    expect(media?.media).toEqual({ mimetype: 'image/jpeg', bytes: 5, sha256: new Bun.CryptoHasher('sha256').update(file).digest('hex') })
    const known = onmessage({
      type: 'image',
      body: 'AAAA',
      isMedia: true,
      size: 4321,
      filehash: Buffer.alloc(32, 7).toString('base64'),
      fileUrl: 'https://s3/a',
    })
    expect(known.message?.media).toEqual({ bytes: 4321, sha256: '07'.repeat(32), url: 'https://s3/a' })
    expect(onmessage({ type: 'location', body: '/9j/4AAQ', loc: 'Praça' }).message).toMatchObject({ text: 'Praça', hasMedia: false })
  })

  test('an answer names what it answers', () => {
    expect(onmessage({ quotedMsgId: `false_${CHAT}_QUOTED` }).message?.quotedId).toBe('QUOTED')
    expect(onmessage({ quotedMsgObj: { id: { id: 'QUOTED' } } }).message?.quotedId).toBe('QUOTED')
  })

  test('a reaction is by whoever its own id names', () => {
    const by = (id: object, reactionText = '👍') => decode('onreactionmessage', { id, msgId: `true_${CHAT}_3EB0`, reactionText, timestamp: 1795450052710 })
    expect(by({ fromMe: false, remote: CHAT, id: 'R' }).message).toEqual({ id: '3EB0', chat: CHAT, fromMe: true, reaction: { text: '👍', sender: CHAT } })
    expect(by({ fromMe: false, remote: '1@g.us', participant: '2@c.us', id: 'R' }).message?.reaction?.sender).toBe('2@c.us')
    expect(by({ fromMe: true, remote: CHAT, id: 'R' }).message?.reaction?.sender).toBe('me')
    expect(by({ fromMe: false, remote: CHAT, id: 'R' }, '')).toMatchObject({ type: 'message.reaction', message: { reaction: { text: '' } } })
  })

  test('a revocation is about the original message', () => {
    expect(decode('onrevokedmessage', { id: `true_${CHAT}_CARRIER`, refId: `true_${CHAT}_3EB0`, from: CHAT })).toMatchObject({
      type: 'message.revoked',
      key: 'revoked:3EB0',
      message: { id: '3EB0' },
    })
  })
})

describe('what surrounds them', () => {
  test('calls, members and labels are told by what they did', () => {
    expect(decode('incomingcall', { id: 'C', peerJid: CHAT, outgoing: true })).toMatchObject({ type: 'call.placed', call: { fromMe: true } })
    const member = (action: string) => decode('onparticipantschanged', { action, groupId: '1@g.us' })
    expect(['add', 'join', 'remove', 'leaver', 'promote', 'demote', 'odd'].map((action) => member(action).type)).toEqual([
      'group.join',
      'group.join',
      'group.leave',
      'group.leave',
      'group.admin_changed',
      'group.admin_changed',
      'group.participants',
    ])
    expect(decode('onupdatelabel', { type: 'remove', chat: { id: CHAT } })).toMatchObject({ type: 'label.chat_deleted', chat: CHAT })
  })

  test('what is unknown, or too broken to be about anything, is kept as other', () => {
    for (const event of ['session-logged', 'onmessage', 'onack', 'incomingcall', 'onreactionmessage', '__proto__']) {
      expect(decode(event)).toEqual({ type: 'other', providerType: event, key: null, occurredAt: null, ordered: false })
    }
  })
})

describe('the envelope', () => {
  const sureness = (body: unknown) => wppconnectServer.recognises(deliveryOf(''), body)

  test('it is recognised by its own names, with and without a session, and leaves those of others alone', () => {
    expect(sureness({ event: 'status-find', session: 'demo', status: 'inChat' })).toBe(1)
    expect(sureness({ event: 'status-find', status: 'inChat' })).toBe(0.9)
    expect(sureness({ event: 'qrcode', urlcode: '2@' })).toBe(1)
    expect(sureness({ event: 'session-logged', session: 'demo', status: 'CONNECTED' })).toBe(0.6)
    for (const body of [
      { event: 'message', session: 'default', payload: {} },
      { event: 'x', session: 'demo', data: {} },
      { event: 'qrcode', data: {} },
      { event: 'location', lat: 1 },
      { event: 5, session: 'demo' },
      { session: 'demo' },
      null,
      [],
    ]) {
      expect(sureness(body)).toBe(0)
    }
  })

  test('a body without event is not decoded', () => {
    for (const body of [null, [], {}, { event: '' }, { session: 'demo' }]) {
      expect(wppconnectServer.decode(deliveryOf(''), body)).toMatchObject({ ok: false, reason: expect.stringContaining('event') })
    }
  })

  test('the secret stands in the URL: as a password, a parameter or a part of the path', () => {
    const secret = 'a-secret-of-wppconnect'
    const scheme = (path: string, headers: Record<string, string> = {}) => {
      const verdict = authenticate({ ...deliveryOf(''), path, headers }, wppconnectServer.schemes, [{ id: 'one', value: secret }], 0)
      return verdict.ok ? verdict.scheme : verdict.refusal.code
    }
    expect(scheme('/api/whatsapp/shop/webhook', { authorization: `Basic ${btoa(`linekeeper:${secret}`)}` })).toBe('basic')
    expect(scheme(`/api/whatsapp/shop/webhook?token=${secret}`)).toBe('url')
    expect(scheme(`/api/whatsapp/shop/webhook/demo/${secret}`)).toBe('url')
    expect(scheme('/api/whatsapp/shop/webhook/demo')).toBe('missing')
    expect(scheme('/api/whatsapp/shop/webhook?token=another')).toBe('mismatch')
  })
})
