import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { wwebjsApi } from '../../src/providers/wwebjs-api'
import { deliveryOf } from './samples'

function decode(dataType: string, data?: unknown, sessionId: unknown = 'ABCD'): DecodedEvent {
  const decoded = wwebjsApi.decode(deliveryOf(''), { dataType, data, sessionId })
  if (!decoded.ok || decoded.parts[0]?.events[0] === undefined) throw new Error('not decoded')
  return decoded.parts[0].events[0]
}

const message = (extra: object) => ({ message: { id: { fromMe: false, remote: '55@c.us', id: '3EB0' }, timestamp: 1795450048, ...extra } })

describe('wwebjs-api', () => {
  test('all its words for where a session is are understood', () => {
    const state = (word: string) => decode('change_state', { state: word }).session
    expect(state('CONNECTED')).toEqual({ status: 'connected', detail: 'CONNECTED' })
    expect(state('OPENING')).toEqual({ status: 'starting', detail: 'OPENING' })
    expect(state('TIMEOUT')).toEqual({ status: 'starting', detail: 'TIMEOUT' })
    expect(state('PAIRING')).toEqual({ detail: 'PAIRING' })
    expect(state('UNPAIRED_IDLE')).toEqual({ status: 'disconnected', reason: 'qr_expired', detail: 'UNPAIRED_IDLE' })
    expect(state('PROXYBLOCK')).toEqual({ status: 'disconnected', reason: 'network', detail: 'PROXYBLOCK' })
    expect(state('TOS_BLOCK')).toEqual({ status: 'disconnected', reason: 'banned', detail: 'TOS_BLOCK' })
    expect(state('SMB_TOS_BLOCK')).toEqual({ status: 'disconnected', reason: 'banned', detail: 'SMB_TOS_BLOCK' })
    expect(state('DEPRECATED_VERSION')).toEqual({ status: 'disconnected', reason: 'unknown', detail: 'DEPRECATED_VERSION' })
    expect(state('UNLAUNCHED')).toEqual({ status: 'disconnected', reason: 'unknown', detail: 'UNLAUNCHED' })
    expect(state('SOMETHING_NEW')).toEqual({ detail: 'SOMETHING_NEW' })
    expect(state('constructor')).toEqual({ detail: 'constructor' })
  })

  test('the reasons of a disconnection are told apart, and an unknown one is kept in its own word', () => {
    const reason = (word: unknown) => decode('disconnected', { reason: word }).session
    expect(reason('LOGOUT')).toEqual({ reason: 'logged_out', detail: 'LOGOUT' })
    expect(reason('NAVIGATION')).toEqual({ reason: 'logged_out', detail: 'NAVIGATION' })
    expect(reason('TOS_BLOCK')).toEqual({ reason: 'banned', detail: 'TOS_BLOCK' })
    expect(reason('Something new')).toEqual({ reason: 'unknown', detail: 'Something new' })
    expect(reason(undefined)).toEqual({ reason: 'unknown' })
  })

  test('auth_failure is accepted under both of its names, with the reason that its text gives', () => {
    expect(decode('auth_failure', { msg: 'auth timeout' })).toMatchObject({
      type: 'session.auth_failure',
      session: { reason: 'timeout', detail: 'auth timeout' },
    })
    expect(decode('status', 'Session was logged out').session).toEqual({ reason: 'logged_out', detail: 'Session was logged out' })
    expect(decode('status').session).toEqual({ reason: 'rejected' })
  })

  test('the loading percentage may be a number or text and stays between 0 and 100', () => {
    expect(decode('loading_screen', { percent: '41', message: 'WhatsApp' }).session).toEqual({ percent: 41, message: 'WhatsApp' })
    expect(decode('loading_screen', { percent: 250 }).session).toEqual({ percent: 100 })
    expect(decode('loading_screen', { percent: 'soon' }).session).toBeUndefined()
  })

  test('no state event has a key: each of two identical ones is true', () => {
    for (const dataType of ['ready', 'authenticated', 'qr', 'change_state', 'disconnected']) expect(decode(dataType).key).toBeNull()
  })

  test('message and message_create of one message are two events about one message', () => {
    const [received, created] = [decode('message', message({})), decode('message_create', message({}))]
    expect(received.key).not.toBe(created.key)
    expect(received.message?.id).toBe('3EB0')
    expect(created.message?.id).toBe('3EB0')
  })

  test('ids may be objects, serialised text or bare text', () => {
    expect(decode('message', { message: { id: 'false_55@c.us_3EB0' } }).message).toEqual({ id: '3EB0', chat: '55@c.us', fromMe: false })
    expect(decode('message', { message: { id: { _serialized: 'true_1@g.us_3EB0_2@c.us' } } }).message).toEqual({ id: '3EB0', chat: '1@g.us', fromMe: true })
    expect(decode('message', { message: { id: '3EB0', from: { user: '55', server: 'c.us' } } }).message).toEqual({ id: '3EB0', from: '55@c.us' })
  })

  test('a text that Postgres could not hold is made storable, and a long one is cut between characters', () => {
    expect(decode('message', message({ body: 'a\0b\ud800c' })).message?.text).toBe('a\uFFFDb\uFFFDc')
    expect(decode('message', message({ body: `${'x'.repeat(999)}😀` })).message?.text).toBe('x'.repeat(999))
    expect(decode('message', message({ body: `${'x'.repeat(998)}😀` })).message?.text).toHaveLength(1000)
  })

  test("a location's body is a picture, not a text", () => {
    const facts = decode('message', message({ type: 'location', body: '/9j/4AAQ', location: { description: 'Praça' } })).message
    expect(facts).toMatchObject({ kind: 'location', text: 'Praça' })
  })

  test('an acknowledgement has no time of its own: the time inside is when the message was sent', () => {
    const ack = decode('message_ack', { ...message({ ack: 1 }), ack: '3' })
    expect(ack).toMatchObject({ key: 'ack:3EB0:3', occurredAt: null, message: { ack: 3, sentAt: 1795450048000 } })
  })

  test('two edits to different texts are two events, the same edit told twice is one', () => {
    const edit = (newBody: string) => decode('message_edit', { ...message({}), newBody, prevBody: 'a' })
    expect(edit('b').key).toBe(edit('b').key)
    expect(edit('b').key).not.toBe(edit('c').key)
    expect(edit('b').message?.text).toBe('b')
  })

  test('a revocation is about the original message, whichever message carries it', () => {
    const revoked = decode('message_revoke_everyone', message({ protocolMessageKey: { fromMe: false, remote: '55@c.us', id: 'ORIGINAL' } }))
    expect(revoked).toMatchObject({ type: 'message.revoked', key: 'message_revoke_everyone:ORIGINAL', message: { id: 'ORIGINAL', chat: '55@c.us' } })
  })

  test('the several events of one call are one, until its shape changes', () => {
    const call = (extra: object) => decode('call', { call: { id: 'CALL', from: '55@c.us', isVideo: false, isGroup: false, ...extra } })
    expect(call({}).key).toBe(call({}).key)
    expect(call({ isVideo: true }).key).not.toBe(call({}).key)
    expect(call({ fromMe: true }).type).toBe('call.placed')
  })

  test('a reaction taken back is another event than the reaction', () => {
    const reaction = (emoji: string) =>
      decode('message_reaction', { reaction: { msgId: { id: '3EB0' }, senderId: '55@c.us', timestamp: 1795450048, reaction: emoji } })
    expect(reaction('').message?.reaction).toEqual({ text: '', sender: '55@c.us' })
    expect(reaction('').key).not.toBe(reaction('👍').key)
  })

  test('what is unknown, or too broken to be about anything, is kept as other', () => {
    for (const dataType of ['brand_new', 'message', 'call', '__proto__', 'toString']) {
      expect(decode(dataType, null)).toEqual({ type: 'other', providerType: dataType, key: null, occurredAt: null, ordered: false })
    }
  })

  test('the session is taken from the body only when it is a usable name', () => {
    const session = (sessionId: unknown) => {
      const decoded = wwebjsApi.decode(deliveryOf(''), { dataType: 'ready', sessionId })
      return decoded.ok ? decoded.parts[0]?.session : undefined
    }
    expect(session('loja_1')).toBe('loja_1')
    expect(session(42)).toBe('42')
    for (const odd of [undefined, null, '', {}, [], 'a\0b', 'x'.repeat(201)]) expect(session(odd)).toBeNull()
  })

  test('a body without dataType is not decoded', () => {
    for (const body of [null, [], 'ready', 7, {}, { dataType: '' }, { dataType: 5 }, { sessionId: 'A' }]) {
      expect(wwebjsApi.decode(deliveryOf(''), body)).toMatchObject({ ok: false, reason: expect.stringContaining('dataType') })
    }
  })
})
