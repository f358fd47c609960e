import { describe, expect, test } from 'bun:test'
import type { Reason } from '../../src/domain/event'
import { evolutionApi } from '../../src/providers/evolution-api'
import { CHAT, decode, decodeAll, OWN, STAMP } from '../support/evolution'
import { deliveryOf } from './samples'

describe('the state of an instance', () => {
  test.each<[number, Reason]>([
    [401, 'logged_out'],
    [402, 'banned'],
    [403, 'banned'],
    [406, 'banned'],
    [408, 'timeout'],
    [428, 'network'],
    [440, 'replaced'],
    [503, 'network'],
    [405, 'unknown'],
    [411, 'unknown'],
    [500, 'unknown'],
  ])('closed with %d is %s', (statusReason, reason) => {
    expect(decode('connection.update', { state: 'close', statusReason })).toMatchObject({
      type: 'session.disconnected',
      session: { reason, detail: `close (${statusReason})` },
    })
    expect(decode('status.instance', { status: 'closed', disconnectionReasonCode: statusReason }).session?.reason).toBe(reason)
  })

  test('whose number it is, is said by the event, by the envelope, or (1.x) by neither', () => {
    const open = (data: object, envelope?: object) => decode('connection.update', { state: 'open', ...data }, envelope).session
    expect(open({ wuid: '1@s.whatsapp.net', profileName: 'Shop' })).toEqual({ account: { id: '1@s.whatsapp.net', name: 'Shop' } })
    expect(open({})).toEqual({ account: { id: OWN } })
    expect(open({}, { sender: undefined })).toBeUndefined()
  })

  test('a restart that WhatsApp asks for after the scan is progress, not an end', () => {
    expect(decode('connection.update', { state: 'close', statusReason: 515 }).type).toBe('session.connecting')
  })

  test('a state that we do not know is no status, and none at all is no crash', () => {
    expect(decode('connection.update', { state: 'paused', statusReason: 7 })).toMatchObject({ type: 'session.state', session: { detail: 'paused (7)' } })
    expect(decode('connection.update', null)).toMatchObject({ type: 'session.state' })
    expect(decode('connection.update', { statusReason: 7 }).session).toBeUndefined()
    expect(decode('status.instance', { disconnectionObject: '{"error":' }).session).toEqual({ reason: 'unknown' })
  })

  test('a code that no camera could read is left out whole, and anything else under that name is kept as other', () => {
    expect(decode('qrcode.updated', { qrcode: { code: 'x'.repeat(2954) } }).session).toBeUndefined()
    expect(decode('qrcode.updated', { qrcode: { code: 'x'.repeat(2953) } }).session?.qr).toHaveLength(2953)
    expect(decode('qrcode.updated', {}).type).toBe('other')
  })

  test('a happening is told apart by the moment in which it was told: its repetition shares it, the next one does not', () => {
    const open = (date_time: unknown) => decode('connection.update', { state: 'open', statusReason: 200 }, { date_time }).key
    expect(open(STAMP)).toBe(open(STAMP))
    expect(open('2026-11-23T16:07:35.584Z')).not.toBe(open(STAMP))
    expect(open(undefined)).toBeNull()
    expect(decode('connection.update', { state: 'connecting', statusReason: 200 }).key).not.toBe(open(STAMP))
  })

  test('the local wall time under its false Z is never taken for a time', () => {
    for (const name of ['connection.update', 'presence.update', 'qrcode.updated', 'logout.instance']) {
      expect(decode(name, { state: 'open', message: 'x', id: CHAT })).toMatchObject({ occurredAt: null, ordered: false })
    }
  })
})

describe('what surrounds them', () => {
  test('an array is as many happenings, an empty one still one', () => {
    expect(decodeAll('contacts.update', [{ remoteJid: '1@lid' }, { remoteJid: '2@lid' }]).map(({ type, chat }) => [type, chat])).toEqual([
      ['contact.changed', '1@lid'],
      ['contact.changed', '2@lid'],
    ])
    expect(decodeAll('chats.set', [])).toMatchObject([{ type: 'chat.upsert' }])
    expect(decodeAll('messages.set', [])).toMatchObject([{ type: 'other', providerType: 'messages.set' }])
  })

  test('several of one kind in one millisecond are several', () => {
    const keys = [
      ...decodeAll('contacts.update', [{ remoteJid: '1@lid' }, { remoteJid: '2@lid' }]),
      decode('presence.update', { id: CHAT, presences: { [CHAT]: { lastKnownPresence: 'composing' } } }),
      decode('presence.update', { id: CHAT, presences: { [CHAT]: { lastKnownPresence: 'paused' } } }),
      decode('group-participants.update', { id: '1@g.us', action: 'add', participants: ['1@lid'] }),
      decode('group-participants.update', { id: '1@g.us', action: 'add', participants: [{ id: '2@lid' }] }),
      decode('labels.association', { chatId: CHAT, labelId: '1', type: 'add' }),
      decode('labels.association', { chatId: CHAT, labelId: '2', type: 'add' }),
    ].map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test.each([
    ['offer', 'call.received'],
    ['ringing', 'call.ringing'],
    ['timeout', 'call.missed'],
    ['reject', 'call.rejected'],
    ['accept', 'call.accepted'],
    ['terminate', 'call.ended'],
    ['relaylatency', 'call.changed'],
  ])('a call of status %s is %s', (status, type) => {
    expect(decode('call', { id: 'C', from: CHAT, status, date: '2025-10-09T08:53:20.000Z' })).toMatchObject({
      type,
      key: `call:C:${status}`,
      occurredAt: 1760000000000,
      call: { id: 'C', from: CHAT },
    })
  })

  test('labels and members that go are told from those that come', () => {
    const type = (name: string, data: object) => decode(name, data).type
    expect(type('labels.edit', { id: '1', deleted: true })).toBe('label.deleted')
    expect(type('labels.association', { type: 'remove' })).toBe('label.chat_deleted')
    expect(['add', 'remove', 'promote', 'demote', 'modify'].map((action) => type('group-participants.update', { action }))).toEqual([
      'group.join',
      'group.leave',
      'group.admin_changed',
      'group.admin_changed',
      'group.participants',
    ])
  })

  test('what is unknown is kept as other, under its own name', () => {
    for (const name of ['application.startup', 'brand.new', 'constructor', '__proto__']) {
      expect(decode(name, { id: 1 })).toMatchObject({ type: 'other', providerType: name })
    }
  })
})

describe('the envelope', () => {
  const at = (pathSession: string | null, body: object) => evolutionApi.decode({ ...deliveryOf(''), pathSession }, body)

  test('the name of an event that byEvents appends to a URL without a session is not taken for one', () => {
    const body = { event: 'connection.update', instance: 'demo', data: { state: 'open' } }
    expect(at('connection-update', body)).toMatchObject({ parts: [{ session: 'demo', overridesUrl: true }] })
    expect(at('shop', body)).toEqual({ ok: true, parts: [{ session: 'demo', events: expect.any(Array) }] })
    expect(at('group-participants-update', { event: 'group-participants.update', instance: 'demo', data: {} })).toMatchObject({
      parts: [{ overridesUrl: true }],
    })
  })

  test('an error report names no instance: the URL has to, or it is set aside with the reason', () => {
    const body = { event: 'error', data: { error: 'Bad Request', status: 400 }, date_time: STAMP, api_key: 'k', server_url: 'http://localhost:8080' }
    expect(at('demo', body)).toMatchObject({ ok: true, parts: [{ session: null, events: [{ type: 'other', providerType: 'error' }] }] })
    expect(at(null, body)).toMatchObject({ ok: false, reason: expect.stringContaining('names no instance') })
  })

  test('it is recognised by its envelope, not by an instance and an event alone', () => {
    const sureness = (body: unknown) => evolutionApi.recognises(deliveryOf(''), body)
    expect(sureness({ event: 'x', instance: 'demo', data: null, date_time: STAMP })).toBe(1)
    expect(sureness({ event: 'error', data: {}, api_key: 'k', server_url: 's' })).toBe(1)
    expect(sureness({ event: 'x', instance: 'demo', data: {} })).toBe(0.7)
    for (const body of [{ event: 'error', data: {} }, { event: 'x', instance: {} }, { event: 'x', instance: 'demo' }, { instance: 'demo' }, null, []]) {
      expect(sureness(body)).toBe(0)
    }
  })

  test('a body without event and data is not decoded', () => {
    for (const body of [null, [], {}, { event: 'status-find', session: 'demo' }, { event: 5, data: {} }]) {
      expect(at('demo', body as object)).toMatchObject({ ok: false, reason: expect.stringContaining('event') })
    }
  })
})
