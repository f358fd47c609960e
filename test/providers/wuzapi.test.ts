import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { recognise } from '../../src/providers'
import { textInQrUrl } from '../../src/providers/qr-image'
import { wuzapi } from '../../src/providers/wuzapi'
import { qrDataUrl } from '../../src/tasks/simulate/open-wa-qr'
import { deliveryOf } from './samples'

const CHAT = '5511912345678@s.whatsapp.net'
const GROUP = '120363041234567890@g.us'
const TIME = '2026-01-22T10:30:00-03:00'
const AT = Date.parse(TIME)

function decodeBody(body: unknown): DecodedEvent[] {
  const decoded = wuzapi.decode(deliveryOf(''), body)
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.parts.flatMap((part) => part.events)
}
const decode = (type: string, event: unknown, beside: object = {}) => decodeBody({ type, event, instanceName: 'loja_1', userID: 'u', ...beside })
const one = (type: string, event: unknown, beside: object = {}) => decode(type, event, beside)[0] as DecodedEvent
const session = (type: string, event: unknown, beside: object = {}) => {
  const decoded = one(type, event, beside)
  return [decoded.type, decoded.session?.reason, decoded.session?.detail]
}
const message = (Message: unknown, info: object = {}, beside: object = {}) =>
  one('Message', { Info: { ID: 'A', Chat: CHAT, Sender: CHAT, IsFromMe: false, Timestamp: TIME, Type: 'text', ...info }, Message }, beside)

describe('wuzapi', () => {
  test('a form and JSON say the same, with the names beside the event or in it', () => {
    const event = { type: 'Message', event: { Info: { ID: 'A' }, Message: { conversation: 'x' } } }
    const parts = (body: unknown) => wuzapi.decode(deliveryOf(''), body)
    const plain = parts({ ...event, instanceName: 'loja_1', userID: 'u' })
    expect(plain).toMatchObject({ ok: true, parts: [{ session: 'loja_1', events: [{ message: { text: 'x' } }] }] })
    expect(parts({ instanceName: 'loja_1', userID: 'u', jsonData: JSON.stringify(event) })).toEqual(plain)
    expect(parts({ jsonData: JSON.stringify({ ...event, instanceName: 'loja_1' }) })).toEqual(plain)
    // Until 2025 there was a token, redacted on arrival, and no name: the URL says whose it is.
    expect(parts({ token: '[redacted 0a0b]', jsonData: JSON.stringify(event) })).toMatchObject({ ok: true, parts: [{ session: null }] })
  })

  test('what is no event, or is broken inside its form, is told in words', () => {
    for (const body of [null, [], {}, { type: 'Message' }, { type: 5, event: {} }, { jsonData: '{"type":' }, { jsonData: '[]' }, { jsonData: 5 }]) {
      expect(wuzapi.decode(deliveryOf(''), body)).toMatchObject({ ok: false, reason: expect.stringContaining('jsonData') })
    }
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(wuzapi.decode(deliveryOf(''), { instanceName: 'x', jsonData: `{"type":"Connected","event":${deep}}` })).toBeDefined()
  })

  test('its code is read from the picture, however large it is drawn, and told twice is one', () => {
    const random = (text: string) => new Bun.CryptoHasher('sha512').update(text).digest('base64')
    const code = `2@${random('a')},${random('b')},${random('c')},1`
    const picture = qrDataUrl(code)
    expect(picture.length).toBeGreaterThan(2048)
    expect(textInQrUrl(picture)).toBe(code)
    expect(one('QR', 'code', { qrCodeBase64: picture })).toMatchObject({ type: 'session.qr', session: { qr: code } })
    expect(one('QR', 'code', { qrCodeBase64: picture }).key).toBe(one('QR', 'code', { qrCodeBase64: picture }).key as string)
  })

  test('a code that cannot be read is still one that waits to be scanned', () => {
    const [header] = qrDataUrl('2@x').split(',')
    const bomb = Buffer.from(qrDataUrl('2@x').split(',')[1] as string, 'base64')
    bomb.writeUInt32BE(60_000, 16)
    for (const picture of [
      '',
      'x',
      `${header},AAAA`,
      `${header},${bomb.toString('base64')}`,
      `data:image/jpeg;base64,AAAA`,
      '[base64 3000 bytes sha256:00]',
      5,
      null,
    ]) {
      const decoded = one('QR', 'code', { qrCodeBase64: picture })
      expect([picture, decoded.type, decoded.session]).toEqual([picture, 'session.qr', undefined as never])
    }
  })

  test('where a session is, and why', () => {
    expect(session('Connected', {})).toEqual(['session.connected', undefined, undefined])
    expect(session('Disconnected', {})).toEqual(['session.disconnected', 'network', 'Disconnected'])
    expect(session('QRTimeout', 'timeout')).toEqual(['session.disconnected', 'qr_expired', 'QRTimeout'])
    expect(session('LoggedOut', { OnConnect: false, Reason: 401 })).toEqual(['session.disconnected', 'logged_out', 'LoggedOut (401)'])
    expect(session('LoggedOut', { Reason: 403 })).toEqual(['session.disconnected', 'banned', 'LoggedOut (403)'])
    expect(session('LoggedOut', null)).toEqual(['session.disconnected', 'logged_out', 'LoggedOut'])
    expect(session('ConnectFailure', { Reason: 401, Message: 'x' })).toEqual(['session.auth_failure', 'logged_out', 'x (401)'])
    expect(session('ConnectFailure', { Reason: 415 })).toEqual(['session.auth_failure', 'rejected', 'ConnectFailure (415)'])
    expect(session('ConnectFailure', { Reason: 503 })).toEqual(['session.disconnected', 'network', 'ConnectFailure (503)'])
    expect(session('ConnectFailure', 'ConnectFailure', { error: 'dial' })).toEqual(['session.disconnected', 'network', 'dial'])
    expect(session('PairError', { Error: {} })).toEqual(['session.auth_failure', 'rejected', 'PairError'])
    expect(session('StreamReplaced', {})).toEqual(['session.disconnected', 'replaced', 'StreamReplaced'])
    expect(session('StreamError', { Code: '515' })).toEqual(['session.connecting', undefined, 'StreamError (515)'])
    expect(session('StreamError', { Code: '503' })).toEqual(['session.state', undefined, 'StreamError (503)'])
    expect(session('KeepAliveTimeout', {})).toEqual(['session.connecting', undefined, 'WhatsApp leaves some pings unanswered'])
    expect(session('KeepAliveRestored', {})[0]).toBe('session.connected')
  })

  test('a ban says why and for how long', () => {
    expect(session('TemporaryBan', { Code: 104, Expire: 5.4e12 })).toEqual([
      'session.disconnected',
      'banned',
      'TemporaryBan (104): the same message too often; for 2 h',
    ])
    expect(session('TemporaryBan', { Code: 999 })[2]).toBe('TemporaryBan (999)')
    expect(session('TemporaryBan', null)[2]).toBe('TemporaryBan')
  })

  test('a new push name is told as a connection: once, and dated by nothing', () => {
    const named = (name: string, Timestamp = TIME) => one('Connected', { Action: { name }, FromFullSync: true, Timestamp })
    expect(named('a')).toMatchObject({ type: 'session.connected', occurredAt: null })
    expect(named('a').key).toBe(named('a').key as string)
    expect(named('b').key).not.toBe(named('a').key)
    expect(one('Connected', {}).key).toBeNull()
  })

  test('what is inside a message says what it is', () => {
    const kind = (Message: object, info: object = {}) => message(Message, info).message?.kind
    expect(kind({ conversation: 'x' })).toBe('chat')
    expect(kind({ audioMessage: { PTT: true } })).toBe('ptt')
    expect(kind({ audioMessage: { PTT: false } })).toBe('audio')
    expect(kind({ messageContextInfo: {}, locationMessage: { name: 'MASP' } })).toBe('location')
    expect(kind({ brandNewMessage: {} }, { Type: 'media', MediaType: 'brandnew' })).toBe('brandnew')
    expect(kind({ ephemeralMessage: { message: { imageMessage: {} } } })).toBe('image')
    expect(message({ senderKeyDistributionMessage: {}, messageContextInfo: {} })).toMatchObject({ type: 'other', key: null })
    expect(message({ conversation: 'x' }, { ID: undefined })).toMatchObject({ type: 'other', providerType: 'Message' })
  })

  test('a file: beside the event, in S3, or only described', () => {
    const described = { imageMessage: { mimetype: 'image/jpeg', fileLength: 7, fileSHA256: Buffer.alloc(32, 1).toString('base64') } }
    expect(message(described).message?.media).toEqual({ mimetype: 'image/jpeg', bytes: 7, sha256: '01'.repeat(32) })
    const data = Buffer.from('file')
    const sha256 = new Bun.CryptoHasher('sha256').update(data).digest('hex')
    const beside = { base64: data.toString('base64'), mimeType: 'image/png', fileName: 'a.png', s3: { url: 'https://s3/x', size: 9 } }
    expect(message(described, {}, beside).message?.media).toEqual({ mimetype: 'image/jpeg', filename: 'a.png', bytes: 4, sha256, url: 'https://s3/x' })
    const replaced = { base64: `[base64 13336963 bytes sha256:${'ab'.repeat(32)}]` }
    expect(message(described, {}, replaced).message?.media).toMatchObject({ bytes: 13_336_963, sha256: 'ab'.repeat(32) })
    expect(message({ conversation: 'x' }, {}, beside).message).toMatchObject({ hasMedia: false })
  })

  test('edits and revocations come as messages and are about another', () => {
    const edited = message({ protocolMessage: { key: { ID: 'O', fromMe: true }, type: 14, editedMessage: { conversation: 'b' }, timestampMS: 5 } })
    expect(edited).toMatchObject({ type: 'message.edited', key: 'edited:A:O:5', message: { id: 'O', text: 'b', fromMe: false } })
    const revoked = (info: object, fromMe: boolean) => message({ protocolMessage: { key: { ID: 'O', fromMe }, type: 0 } }, info)
    expect(revoked({}, true)).toMatchObject({ type: 'message.revoked', key: 'revoked:O', message: { id: 'O', fromMe: false } })
    expect(revoked({ Chat: GROUP, IsFromMe: true }, false).message).not.toHaveProperty('fromMe')
    expect(revoked({ Chat: GROUP, IsFromMe: true }, true).message).toMatchObject({ fromMe: true })
    for (const type of [3, 5, 6, 16, undefined, 'x']) expect(message({ protocolMessage: { key: { ID: 'O' }, type } })).toMatchObject({ type: 'other' })
    expect(message({ protocolMessage: { type: 0 } })).toMatchObject({ type: 'other' })
  })

  test('reactions and votes have the identity of the message that carries them', () => {
    expect(message({ reactionMessage: { key: { ID: 'O' }, text: '', senderTimestampMS: AT } }, { Sender: '55:3@s.whatsapp.net' })).toMatchObject({
      type: 'message.reaction',
      key: 'reaction:A',
      occurredAt: AT,
      message: { id: 'O', reaction: { text: '', sender: '55@s.whatsapp.net' } },
    })
    expect(message({ pollUpdateMessage: { pollCreationMessageKey: { ID: 'P' } } })).toMatchObject({ type: 'poll.vote', key: 'vote:P:A', chat: CHAT })
  })

  test('each device of a person sends a receipt, and they count once', () => {
    const receipt = (event: object, state = 'Delivered') =>
      decode('ReadReceipt', { MessageIDs: ['A', 'B'], Chat: CHAT, Sender: CHAT, Timestamp: TIME, ...event }, { state })
    expect(receipt({}).map(({ key }) => key)).toEqual([`ack:A:Delivered:${CHAT}`, `ack:B:Delivered:${CHAT}`])
    expect(receipt({ Sender: CHAT.replace('@', ':12@') })).toEqual(receipt({}))
    expect(receipt({}, 'ReadSelf')[0]?.message).toMatchObject({ ack: 3, fromMe: false })
    expect(receipt({ IsFromMe: true }, 'Read')[0]?.message).toMatchObject({ ack: 3, fromMe: false })
    expect(receipt({}, 'Played')[0]?.message).not.toHaveProperty('ack')
    for (const MessageIDs of [null, [], {}, Array(5_000).fill('A')]) expect(receipt({ MessageIDs }).length).toBeLessThanOrEqual(1000)
  })

  test('a message that could not be decrypted comes again under its id, and is one message', () => {
    const info = { ID: 'A', Chat: CHAT, Sender: CHAT, IsFromMe: false, Timestamp: TIME }
    const first = one('UndecryptableMessage', { Info: info, IsUnavailable: false })
    const then = message({ conversation: 'x' })
    expect([first.message?.id, then.message?.id]).toEqual(['A', 'A'])
    expect(first).toMatchObject({ type: 'message.created', message: { kind: 'ciphertext' } })
    expect(first.key).not.toBe(then.key)
  })

  test('the phases of a call', () => {
    const call = (type: string, event: object = {}) => one(type, { CallID: 'C', From: CHAT, CallCreator: CHAT, Timestamp: TIME, GroupJID: '', ...event })
    expect(call('CallOffer', { Data: { Content: [{ Tag: 'video' }] } })).toMatchObject({ type: 'call.received', call: { video: true, group: false } })
    expect(call('CallTerminate')).toMatchObject({ type: 'call.ended', key: 'call:C:CallTerminate' })
    expect(call('CallTerminate', { Reason: 'timeout' }).type).toBe('call.missed')
    expect(call('CallRelayLatency')).toEqual(expect.not.objectContaining({ call: expect.anything() }))
    expect(one('CallOffer', {})).toMatchObject({ type: 'other' })
  })

  test('every event that can be subscribed to has a name here', () => {
    const names =
      'Message UndecryptableMessage MediaRetry ReadReceipt GroupInfo JoinedGroup Picture BlocklistChange Blocklist Connected Disconnected ConnectFailure KeepAliveRestored KeepAliveTimeout QRTimeout LoggedOut ClientOutdated TemporaryBan StreamError StreamReplaced PairSuccess PairError QR QRScannedWithoutMultidevice PrivacySettings PushNameSetting UserAbout AppState AppStateSyncComplete HistorySync OfflineSyncCompleted OfflineSyncPreview LabelEdit LabelAssociationChat LabelAssociationMessage CallOffer CallAccept CallTerminate CallOfferNotice CallRelayLatency Presence ChatPresence IdentityChange CATRefreshError NewsletterJoin NewsletterLeave NewsletterMuteChange NewsletterLiveUpdate FBMessage'
    const Info = { ID: 'A', Chat: CHAT, Sender: CHAT }
    for (const name of names.split(' ')) {
      const decoded = one(name, { Info, Message: {}, MessageIDs: ['A'], MessageID: 'A', CallID: 'C' }, { state: 'Read' })
      expect([name, decoded.type === 'other']).toEqual([name, false])
      expect(decoded.providerType).toBe(name)
    }
    expect(one('constructor', {})).toMatchObject({ type: 'other', providerType: 'constructor', key: null })
  })

  test('is recognised as a form by its jsonData, as JSON by its names, else by its signature', () => {
    const id = (body: unknown, headers: Record<string, string> = {}) => recognise(deliveryOf('', headers), body)?.id
    const signed = { 'x-hmac-signature': '00' }
    expect(id({ instanceName: 'x', userID: 'u', jsonData: '{}' })).toBe('wuzapi')
    expect(id({ token: 'x', jsonData: ' {}' })).toBe('wuzapi')
    expect(id({ jsonData: '{}' }, signed)).toBe('wuzapi')
    expect(id({ type: 'Connected', event: {}, instanceName: 'x', userID: 'u' })).toBe('wuzapi')
    expect(id({ type: 'Connected', event: {} }, signed)).toBe('wuzapi')
    expect(id({ type: 'Connected', event: {} })).not.toBe('wuzapi')
    expect(id({ jsonData: 'hello', instanceName: 'x' }, signed)).toBeUndefined()
  })
})
