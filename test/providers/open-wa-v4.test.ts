import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { redactBody } from '../../src/domain/redaction'
import { openWaV4 } from '../../src/providers/open-wa-v4'
import { newLine } from '../../src/tasks/simulate/happening'
import { qrDataUrl } from '../../src/tasks/simulate/open-wa-qr'
import { openWaV4Dialect } from '../../src/tasks/simulate/open-wa-v4'
import { deliveryOf } from './samples'

const TS = 1_795_450_000_000

function decode(body: object): DecodedEvent {
  const decoded = openWaV4.decode(deliveryOf(''), { ts: TS, sessionId: 'demo', ...body })
  if (!decoded.ok || decoded.parts[0]?.events[0] === undefined) throw new Error('not decoded')
  return decoded.parts[0].events[0]
}
const heard = (event: string, data: unknown, id = 'an-id') => decode({ event, data, id, webhook_id: 'w' })
const launched = (namespace: string, data: unknown) => decode({ namespace, data })

describe('open-wa 4', () => {
  test('what the spinner says is understood', () => {
    const seen = (words: string) => {
      const { type, session } = launched('STARTUP', words)
      return [type, session?.reason ?? null]
    }
    expect(seen('Initializing WA')).toEqual(['session.connecting', null])
    expect(seen('Authenticate to continue')).toEqual(['session.connecting', null])
    expect(seen('Authenticated')).toEqual(['session.authenticated', null])
    expect(seen('successfulScan')).toEqual(['session.authenticated', null])
    expect(seen('🚀 @OPEN-WA ready for account: 7654')).toEqual(['session.connected', null])
    expect(seen('authTimeout')).toEqual(['session.disconnected', 'timeout'])
    expect(seen('appOffline')).toEqual(['session.disconnected', 'timeout'])
    expect(seen('QR scan took too long. Session Timed Out.')).toEqual(['session.disconnected', 'qr_expired'])
    expect(seen('Session data most likely expired due to manual host account logout.')).toEqual(['session.auth_failure', 'logged_out'])
    expect(seen('TOSBLOCK')).toEqual(['session.disconnected', 'banned'])
  })

  test('the code is read from its picture; what shows none announces one all the same', () => {
    expect(launched('qr', qrDataUrl('2@a,b,c,d,1'))).toMatchObject({ type: 'session.qr', session: { qr: '2@a,b,c,d,1' } })
    for (const data of ['data:image/png;base64,iVBORw0KGgo=', 'data:image/webp;base64,AAAA', 5, null]) {
      expect(launched('qr', data)).toMatchObject({ type: 'session.qr' })
      expect(launched('qr', data)).not.toHaveProperty('session')
    }
    // A browser's own picture is larger: it is not cut away as an attachment would be.
    const large = `data:image/png;base64,${'A'.repeat(8_000)}`
    const kept = (namespace: string) => new TextDecoder().decode(redactBody(new TextEncoder().encode(JSON.stringify({ data: large, namespace })), () => 'x'))
    expect(kept('qr')).toContain(large)
    expect(kept('STARTUP')).toContain('[base64 6000 bytes')
    expect(launched('qr', 'ABCD-1234')).toMatchObject({ type: 'session.pairing_code', session: { pairingCode: 'ABCD-1234' } })
  })

  test('what else the spinner says is kept with the event and moves nothing', () => {
    expect(launched('STARTUP', '• Listening on port 8080!')).toMatchObject({ type: 'session.state', session: { message: '• Listening on port 8080!' } })
    expect(launched('STARTUP', '• Listening on port 8080!').session).not.toHaveProperty('status')
    expect(launched('STARTUP', null)).toMatchObject({ type: 'session.state' })
    expect(launched('DebugInfo', { WA_VERSION: '2.3' })).toMatchObject({ type: 'other', providerType: 'DebugInfo' })
  })

  test('the two SUCCESS of one start are two events: they come at two times', () => {
    const key = (ts: number) => decode({ namespace: 'STARTUP', data: 'SUCCESS', ts }).key
    expect(key(TS)).toBe(key(TS))
    expect(key(TS)).not.toBe(key(TS + 1))
    expect(launched('STARTUP', 'successfulScan').key).not.toBe(launched('STARTUP', 'SUCCESS').key)
  })

  test('all its words for where a session is are understood', () => {
    const state = (word: unknown) => heard('onStateChanged', word).session
    expect(state('CONNECTED')).toEqual({ status: 'connected', detail: 'CONNECTED' })
    expect(state('UNPAIRED')).toEqual({ status: 'disconnected', reason: 'logged_out', detail: 'UNPAIRED' })
    expect(state('UNPAIRED_IDLE')).toMatchObject({ reason: 'qr_expired' })
    expect(state('TOS_BLOCK')).toMatchObject({ status: 'disconnected', reason: 'banned' })
    expect(state('OPENING')).toMatchObject({ status: 'starting' })
    expect(state('PAIRING')).toEqual({ detail: 'PAIRING' })
    expect(state('constructor')).toEqual({ detail: 'constructor' })
    expect(state(true)).toBeUndefined()
  })

  test('data may be a number, a text, true, or nothing that belongs there', () => {
    expect(heard('onBattery', 87).type).toBe('account.battery')
    expect(heard('onLogout', true)).toMatchObject({ type: 'session.disconnected', session: { reason: 'logged_out' } })
    for (const data of [null, 5, 'text', [], true]) {
      for (const name of ['onMessage', 'onAck', 'onReaction', 'onMessageDeleted']) expect(heard(name, data).type).toBe('other')
    }
  })

  test('a message told by two webhooks of one list is one event, whatever their ids', () => {
    const data = { id: 'false_55@c.us_3EB0' }
    expect(heard('onMessage', data, 'one').key).toBe(heard('onMessage', data, 'two').key)
    expect(heard('onAck', { ...data, ack: 2 }).key).not.toBe(heard('onAck', { ...data, ack: 3 }).key)
    // A state has no identity but the post's own.
    expect(heard('onStateChanged', 'CONFLICT', 'one').key).not.toBe(heard('onStateChanged', 'CONFLICT', 'two').key)
  })

  test("an attachment's body is its thumbnail, a location's its map: neither is a text", () => {
    const image = heard('onMessage', {
      id: 'false_55@c.us_1',
      type: 'image',
      body: '/9j/4AAQ',
      caption: 'Foto',
      isMedia: true,
      mimetype: 'image/jpeg',
      size: 12,
    })
    expect(image.message).toMatchObject({ text: 'Foto', hasMedia: true, media: { mimetype: 'image/jpeg', bytes: 12 } })
    expect(heard('onMessage', { id: 'false_55@c.us_1', type: 'location', body: '/9j/4AAQ', loc: 'Praça' }).message).toMatchObject({ text: 'Praça' })
  })

  test('in groups the author is told, elsewhere it would only repeat the sender', () => {
    const data = { id: 'false_1@g.us_3EB0_55@c.us', from: '1@g.us', author: '55@c.us' }
    expect(heard('onMessage', { ...data, isGroupMsg: true }).message).toMatchObject({ chat: '1@g.us', author: '55@c.us' })
    expect(heard('onMessage', { ...data, isGroupMsg: false }).message).not.toHaveProperty('author')
  })

  test('the last of the reactions to a message counts; taken back it is empty', () => {
    const senders = [
      { senderUserJid: '55@c.us', reactionText: '👍', timestamp: 1_795_450_001 },
      { senderUserJid: '56@c.us', reactionText: '🎉', timestamp: 1_795_450_009 },
    ]
    const data = { message: { id: 'true_55@c.us_3EB0' }, reactions: [{ aggregateEmoji: '👍', senders }] }
    expect(heard('onReaction', { ...data, type: 'add' }).message?.reaction).toEqual({ text: '🎉', sender: '56@c.us' })
    expect(heard('onReaction', { ...data, type: 'remove' }).message?.reaction?.text).toBe('')
  })

  test('of the configuration that it posts when ready the number is kept, the keys are not', () => {
    const ready = openWaV4Dialect.tell(newLine('shop', '5511998877665'), { kind: 'connected' }, TS, () => 'x').find((body) => body.includes('READY')) as string
    const kept = new TextDecoder().decode(redactBody(new TextEncoder().encode(ready), () => '0a0b0c0d'))
    for (const secret of ['an-api-key-of-open-wa', 'B2BJ4JFB', 'a-password']) {
      expect(ready).toContain(secret)
      expect(kept).not.toContain(secret)
    }
    expect(decode(JSON.parse(kept) as object)).toMatchObject({ type: 'session.connected', session: { account: { id: '5511998877665@c.us' } } })
  })

  test('everything that its listeners can hear has a name here', () => {
    const names =
      'onAddedToGroup onChatDeleted onBattery onChatOpened onIncomingCall onCallState onGlobalParticipantsChanged onGroupApprovalRequest onChatState onLogout onPlugged onStateChanged onButton onPollVote onLabel onStory onRemovedFromGroup onContactAdded onOrder onNewProduct onGroupChange'
    for (const name of names.split(' ')) expect(heard(name, { id: 'CALL' }).type).not.toBe('other')
    expect(heard('onSomethingNew', {})).toMatchObject({ type: 'other', providerType: 'onSomethingNew' })
  })

  test('a call is told once for each of its phases', () => {
    const call = (name: string, State?: string) => heard(name, { id: 'CALL', peerJid: { _serialized: '55@c.us' }, State })
    expect(call('onIncomingCall', 'INCOMING_RING').key).toBe(call('onIncomingCall').key)
    expect(call('onCallState', 'REJECTED')).toMatchObject({ type: 'call.rejected', call: { id: 'CALL', from: '55@c.us' } })
    expect(heard('onCallState', { State: 'ENDED' }).type).toBe('other')
  })

  test('messages in the shape of Twilio are the messages of its listeners, and Twilio is not taken for it', () => {
    const id = 'false_5511960000001@c.us_3EB0'
    const form = {
      To: 'whatsapp:5511998877665',
      AccountSid: '5511998877665',
      WaId: '5511960000001',
      SmsSid: id,
      MessageSid: id,
      Body: 'Olá',
      From: 'whatsapp:5511960000001',
    }
    expect(decode(form)).toMatchObject({
      type: 'message.received',
      key: heard('onMessage', { id }).key as string,
      message: { id: '3EB0', chat: '5511960000001@c.us', from: '5511960000001@c.us', to: '5511998877665@c.us', text: 'Olá', fromMe: false, hasMedia: false },
    })
    expect(decode({ ...form, MediaContentType0: 'image/jpeg', MediaUrl0: 'https://m/1' }).message).toMatchObject({
      hasMedia: true,
      media: { url: 'https://m/1' },
    })
    expect(openWaV4.recognises(deliveryOf(''), form)).toBe(0.9)
    expect(openWaV4.recognises(deliveryOf(''), { ...form, AccountSid: 'AC0123', MessageSid: 'SM0123' })).toBe(0)
  })

  test('other senders are not taken for it', () => {
    const sureness = (body: unknown) => openWaV4.recognises(deliveryOf(''), body)
    expect(sureness({ event: 'onmessage', session: 'x', data: {} })).toBe(0) // WPPConnect
    expect(sureness({ event: 'onMessage', data: {} })).toBe(0)
    expect(sureness({ event: 'onMessage', data: {}, sessionId: 's', ts: 1 })).toBe(0.8)
    expect(sureness({ namespace: 'x', data: 1 })).toBe(0)
    for (const body of [null, [], {}, { event: 'message', data: {} }, { namespace: '' }]) {
      expect(openWaV4.decode(deliveryOf(''), body)).toMatchObject({ ok: false, reason: expect.stringContaining('namespace') })
    }
  })
})
