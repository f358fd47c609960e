import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { signed } from '../../src/providers/signed'
import { deliveryOf } from './samples'

function decode(body: object, headers: Record<string, string> = {}): DecodedEvent {
  const decoded = signed.decode(deliveryOf('', headers), body)
  if (!decoded.ok || decoded.parts[0]?.events[0] === undefined) throw new Error('not decoded')
  return decoded.parts[0].events[0]
}

describe('the signed envelope', () => {
  test('speaks of sessions in our own words', () => {
    expect(decode({ type: 'session.pairing_code', data: { code: 'ABCD' } })).toMatchObject({ type: 'session.pairing_code', session: { pairingCode: 'ABCD' } })
    expect(decode({ type: 'session.loading', data: { percent: 40, message: 'm' } })).toMatchObject({ session: { percent: 40, message: 'm' } })
    expect(decode({ type: 'session.state', data: { status: 'starting', detail: 'd' } })).toMatchObject({ session: { status: 'starting', detail: 'd' } })
    expect(decode({ type: 'session.connected', data: { account: { id: '55@c.us', name: 'N' } } })).toMatchObject({
      session: { account: { id: '55@c.us', name: 'N' } },
    })
    expect(decode({ type: 'session.disconnected', data: { reason: 'proxy died' } })).toMatchObject({ session: { reason: 'unknown', detail: 'proxy died' } })
    expect(decode({ type: 'session.disconnected', data: {} })).toMatchObject({ session: { reason: 'unknown' } })
  })

  test('session.status says where a session is instead of what happened', () => {
    for (const [status, type] of [
      ['starting', 'connecting'],
      ['qr', 'qr'],
      ['loading', 'loading'],
      ['authenticated', 'authenticated'],
      ['connected', 'connected'],
      ['disconnected', 'disconnected'],
    ]) {
      expect(decode({ type: 'session.status', data: { status } }).type).toBe(`session.${type}` as DecodedEvent['type'])
    }
    expect(decode({ type: 'session.status', data: { status: 'odd' } })).toMatchObject({ type: 'session.state', session: { detail: 'odd' } })
  })

  test('speaks of messages, calls and all other families', () => {
    const media = { mimetype: 'image/png', bytes: 5, sha256: 'ab', url: 'https://h/x', filename: 'f' }
    const message = {
      id: '3EB0',
      chat: 'c',
      from: 'f',
      to: 't',
      author: 'a',
      fromMe: true,
      kind: 'image',
      text: 'x',
      hasMedia: true,
      media,
      ack: 2,
      quotedId: 'Q',
    }
    expect(decode({ type: 'message.created', data: { sessionId: 'A', ...message, sentAt: '2026-08-22T14:30:00Z' } }).message).toEqual({
      ...message,
      ack: 2,
      sentAt: 1787409000000,
    })
    expect(decode({ type: 'message.reaction', data: { id: '3EB0', reaction: { text: '', sender: '55@c.us' } } }).message).toEqual({
      id: '3EB0',
      reaction: { text: '', sender: '55@c.us' },
    })
    expect(decode({ type: 'call.received', data: { id: 'C', video: true } })).toMatchObject({ type: 'call.received', call: { id: 'C', video: true } })
    expect(decode({ type: 'group.topic_changed', data: { chat: '1@g.us' } })).toMatchObject({ type: 'group.topic_changed', chat: '1@g.us' })
    expect(decode({ type: 'account.restricted' }).type).toBe('account.restricted')
  })

  test('what only we may say, and what nobody knows, is other', () => {
    for (const type of [
      'session.stale',
      'operator.logged_out',
      'message.unheard_of',
      'weather.sunny',
      'group.',
      'group.Bad Word',
      'nodot',
      '__proto__',
      'message.received',
    ]) {
      expect(decode({ type })).toMatchObject({ type: 'other', providerType: type })
    }
  })

  test('webhook-id is the idempotency key; then the body id; then what identifies a message', () => {
    const body = { type: 'message.received', id: 'body-id', data: { id: '3EB0', text: 'a' } }
    expect(decode(body, { 'webhook-id': 'msg_1' }).key).toBe('webhook:msg_1')
    expect(decode(body).key).toBe('webhook:body-id')
    const anonymous = { ...body, id: undefined }
    expect(decode(anonymous).key).toBe(decode(anonymous).key)
    expect(decode(anonymous).key).not.toBe(decode({ ...anonymous, data: { id: '3EB1', text: 'a' } }).key)
    expect(decode({ type: 'session.connected' }).key).toBeNull()
  })

  test('an id of Svix counts only beside its signature: else anyone on the way could change it', () => {
    const body = { type: 'session.connected' }
    expect(decode(body, { 'webhook-id': 'real', 'webhook-signature': 'v1,x', 'svix-id': 'added' }).key).toBe('webhook:real')
    expect(decode(body, { 'webhook-id': 'added', 'svix-signature': 'v1,x', 'svix-id': 'real' }).key).toBe('webhook:real')
  })

  test('its time is RFC 3339 with a zone, or Unix seconds or milliseconds, or that of the header', () => {
    const at = (timestamp: unknown, headers = {}) => decode({ type: 'session.connected', timestamp }, headers)
    expect(at('2026-08-22T14:30:00.000250Z')).toMatchObject({ occurredAt: 1787409000000.25, ordered: true })
    expect(at('2026-08-22T11:30:00-03:00').occurredAt).toBe(1787409000000)
    expect(at(1787409000).occurredAt).toBe(1787409000000)
    expect(at('1787409000123').occurredAt).toBe(1787409000123)
    expect(at(undefined, { 'webhook-timestamp': '1787409000' }).occurredAt).toBe(1787409000000)
    for (const odd of ['2026-08-22T14:30:00', 'yesterday', 12, -1, {}, '9999999999999999']) expect(at(odd)).toMatchObject({ occurredAt: null, ordered: false })
  })

  test('a key too long for its column is hashed, not cut', () => {
    const key = (id: string) => decode({ type: 'message.received', data: { id } }, { 'webhook-id': id }).key
    expect(key(`a\0b`)).toStartWith('webhook:')
    expect((key('x'.repeat(5000)) ?? '').length).toBeLessThanOrEqual(500)
  })

  test('a body without type is not decoded', () => {
    for (const body of [null, [], {}, { type: 5 }, { data: {} }]) {
      expect(signed.decode(deliveryOf(''), body)).toMatchObject({ ok: false, reason: expect.stringContaining('type') })
    }
  })
})
