import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { waha } from '../../src/providers/waha'
import { deliveryOf } from './samples'

const AT = 1795450248152

function decode(event: string, payload: unknown, envelope: object = { id: 'evt_1', timestamp: AT }): DecodedEvent[] {
  const decoded = waha.decode(deliveryOf(''), { event, session: 'default', payload, ...envelope })
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.parts.flatMap((part) => part.events)
}

describe('WAHA', () => {
  test('a lost transition is filled in from the list of the next delivery, under the same key', () => {
    const qr = { status: 'SCAN_QR_CODE', timestamp: AT - 700 }
    const own = decode('session.status', { status: 'SCAN_QR_CODE', statuses: [qr] })
    const next = decode('session.status', { status: 'WORKING', statuses: [qr, { status: 'WORKING', timestamp: AT }] })
    expect(next.map((event) => event.type)).toEqual(['session.qr', 'session.connected'])
    expect(next[0]?.key).toBe(own[0]?.key as string)
  })

  test('versions without the list are dated by the envelope, the oldest by nothing', () => {
    expect(decode('session.status', { status: 'STOPPED' })).toMatchObject([
      { key: 'session.status:evt_1', occurredAt: AT, ordered: true, session: { reason: 'stopped' } },
    ])
    expect(decode('session.status', { status: 'STOPPED' }, {})).toMatchObject([{ key: null, occurredAt: null, ordered: false }])
  })

  test('when the list does not end with the current status, the current one is told beside it', () => {
    const events = decode('session.status', { status: 'FAILED', statuses: [{ status: 'WORKING', timestamp: AT - 5 }] })
    expect(events.map((event) => event.type)).toEqual(['session.connected', 'session.auth_failure'])
  })

  test('a status that we do not know is no crash and no status', () => {
    expect(decode('session.status', { status: 'PASSKEY_CONFIRMATION_REQUIRED', data: null })).toMatchObject([
      { type: 'session.state', session: { detail: expect.stringContaining('the code that WAHA shows') } },
    ])
    expect(decode('session.status', { status: 'NEW_ONE' })).toMatchObject([{ type: 'session.state', session: { detail: 'NEW_ONE' } }])
    expect(decode('session.status', { statuses: 'none' })).toMatchObject([{ type: 'other' }])
    expect(decode('session.status', { statuses: [null, 5, { status: 'WORKING' }] })).toMatchObject([{ type: 'session.connected', occurredAt: AT }])
  })

  test('message and message.any of one message share an envelope id and are still two events', () => {
    const payload = { id: 'false_55@c.us_3EB0' }
    const [received, created] = [decode('message', payload)[0], decode('message.any', payload)[0]]
    expect(received).toMatchObject({ type: 'message.received', key: 'message:evt_1', message: { id: '3EB0' } })
    expect(created).toMatchObject({ type: 'message.created', key: 'message.any:evt_1', message: { id: '3EB0' } })
  })

  test('without an envelope id (before 2025.3) the message is the key', () => {
    expect(decode('message', { id: 'false_55@c.us_3EB0', timestamp: 1795450248 }, {})[0]).toMatchObject({
      key: 'message:3EB0',
      occurredAt: 1795450248000,
      ordered: false,
    })
    expect(decode('message.ack', { id: 'true_55@c.us_3EB0', ack: 3 }, {})[0]?.key).toBe('message.ack:3EB0:3:')
    expect(decode('call.received', { id: 'CALL' }, {})[0]?.key).toBe('call.received:CALL')
  })

  test('edits and revocations are about the original message', () => {
    expect(decode('message.edited', { id: 'false_55@c.us_NEW', editedMessageId: 'true_55@c.us_OLD', body: 'b' })[0]?.message).toMatchObject({
      id: 'OLD',
      text: 'b',
    })
    expect(decode('message.edited', { id: 'false_55@c.us_NEW', body: 'b' })[0]?.message?.id).toBe('NEW')
    expect(decode('message.revoked', { after: null, before: null, revokedMessageId: 'OLD' })[0]?.message).toEqual({ id: 'OLD' })
  })

  test("the engine's own word for a message's kind goes before what its payload shows", () => {
    const kind = (payload: object) => decode('message', { id: 'false_55@c.us_3EB0', ...payload })[0]?.message?.kind
    expect(kind({ _data: { type: 'ptt' }, media: { mimetype: 'audio/ogg' } })).toBe('ptt')
    expect(kind({ media: { mimetype: 'image/jpeg' } })).toBe('image')
    expect(kind({ location: {} })).toBe('location')
    expect(kind({})).toBeUndefined()
  })

  test('participants of a group that join, leave or are promoted are told as such', () => {
    const type = (word: unknown) => decode('group.v2.participants', { type: word, group: { id: '1@g.us' } })[0]
    expect(type('join')).toMatchObject({ type: 'group.join', chat: '1@g.us' })
    expect(type('demote')).toMatchObject({ type: 'group.admin_changed' })
    expect(type('constructor')).toMatchObject({ type: 'group.participants' })
  })

  test('an unarchived chat is not called archived', () => {
    expect(decode('chat.archive', { id: '55@c.us', archived: false })[0]).toMatchObject({ type: 'chat.unarchived', chat: '55@c.us' })
  })

  test('what is unknown is kept as other; a body without event and payload is not decoded', () => {
    expect(decode('toString', null)).toEqual([{ type: 'other', providerType: 'toString', key: 'toString:evt_1', occurredAt: AT, ordered: true }])
    for (const body of [null, [], {}, { event: 'message' }, { event: 1, payload: {} }, { payload: {} }]) {
      expect(waha.decode(deliveryOf(''), body)).toMatchObject({ ok: false, reason: expect.stringContaining('event') })
    }
  })
})
