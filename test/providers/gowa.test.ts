import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { recognise } from '../../src/providers'
import { gowa } from '../../src/providers/gowa'
import { gowaDelivery, gowaDialect } from '../../src/tasks/simulate/gowa'
import { type Happening, newLine, type Talk } from '../../src/tasks/simulate/happening'
import { type ClockedStage, openClockedStage } from '../support/clocked-life'
import { STARTING_MS } from '../support/server'
import { deliveryOf } from './samples'

const OWN = '5511998877665@s.whatsapp.net'
const CHAT = '5511912345678@s.whatsapp.net'
const GROUP = '120363041234567890@g.us'
const TIME = '2026-08-22T10:30:00-03:00'
const AT = Date.parse(TIME)

function decode(event: string, payload: unknown, extra: object = {}): DecodedEvent[] {
  const decoded = gowa.decode(deliveryOf(''), { event, device_id: OWN, session_id: 'loja_1', payload, ...extra })
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.parts.flatMap((part) => part.events)
}
const one = (event: string, payload: unknown, extra: object = {}) => decode(event, payload, extra)[0] as DecodedEvent
const message = (payload: object) => one('message', { id: 'A', chat_id: CHAT, from: CHAT, is_from_me: false, timestamp: TIME, ...payload }).message

describe('GOWA', () => {
  test('a session is named by the URL or its own id; the number stands in where there is neither', () => {
    const named = (body: object, pathSession: string | null) => {
      const decoded = gowa.decode({ ...deliveryOf(''), pathSession }, { event: 'message', payload: { id: 'A' }, ...body })
      return decoded.ok && decoded.parts[0]?.session
    }
    expect(named({ session_id: 'loja_1', device_id: OWN }, null)).toBe('loja_1')
    expect(named({ device_id: OWN }, null)).toBe(OWN)
    // Else every delivery of it would look as if it had come to the wrong URL.
    expect(named({ device_id: OWN }, 'loja_1')).toBeNull()
    expect(named({}, null)).toBeNull()
  })

  test('nothing that it posts moves a session but as evidence: there is no event for it', () => {
    for (const name of ['connected', 'disconnected', 'qr', 'LOGIN_SUCCESS', 'DEVICE_LOGGED_OUT']) expect(one(name, {}).type).toBe('other')
  })

  test('its times order nothing: after a reconnect comes what happened before it', () => {
    for (const event of [one('message', { id: 'A', timestamp: TIME }), one('message.ack', { ids: ['A'], receipt_type: 'read' }, { timestamp: TIME })]) {
      expect(event).toMatchObject({ occurredAt: AT, ordered: false })
    }
  })

  test('three shapes for a file: a path, a path with its caption, an address', () => {
    expect(message({ image: 'statics/media/1-a.jpeg' })).toMatchObject({ kind: 'image', hasMedia: true, media: { filename: '1-a.jpeg' } })
    expect(message({ image: { path: 'statics/media/1-a.jpeg', caption: 'c' } })).toMatchObject({ text: 'c', media: { filename: '1-a.jpeg' } })
    expect(message({ document: { url: 'https://mmg/x.enc', filename: 'f.pdf' } })).toMatchObject({
      kind: 'document',
      media: { filename: 'f.pdf', url: 'https://mmg/x.enc' },
    })
    for (const odd of [{}, [], 5, true, { path: '' }, { path: 'a/' }]) expect(message({ image: odd })).toMatchObject({ kind: 'image', hasMedia: true })
    expect(message({ image: null })).toMatchObject({ kind: 'chat', hasMedia: false })
  })

  test('who wrote to whom, in a chat and in a group, they or we', () => {
    const sides = (payload: object) => {
      const { from, to, author } = message(payload) ?? {}
      return [from, to, author]
    }
    expect(sides({})).toEqual([CHAT, OWN, undefined])
    expect(sides({ is_from_me: true, from: OWN })).toEqual([OWN, CHAT, undefined])
    expect(sides({ chat_id: GROUP })).toEqual([GROUP, OWN, CHAT])
    expect(sides({ chat_id: GROUP, is_from_me: true, from: OWN })).toEqual([OWN, GROUP, OWN])
  })

  test('a receipt of several messages is one event for each, told apart by who got it and what became of it', () => {
    const receipt = (payload: object) =>
      decode('message.ack', { ids: ['A', 'B'], chat_id: CHAT, from: CHAT, receipt_type: 'read', ...payload }, { timestamp: TIME })
    expect(receipt({}).map(({ message, key }) => [message?.id, message?.ack, key])).toEqual([
      ['A', 3, `ack:A:read:${CHAT}`],
      ['B', 3, `ack:B:read:${CHAT}`],
    ])
    const levels = ['delivered', 'played', 'server-error', 'sender', 'retry', '__proto__'].map((receipt_type) => receipt({ receipt_type })[0]?.message?.ack)
    expect(levels).toEqual([2, 4, -1, undefined, undefined, undefined])
    // What we read ourselves is theirs.
    expect(receipt({ receipt_type: 'read-self' })[0]?.message?.fromMe).toBe(false)
    expect(receipt({ from: OWN })[0]?.message?.fromMe).toBe(false)
    expect(receipt({})[0]?.message?.fromMe).toBe(true)
    for (const ids of [[], null, 'A', [{}], Array(5_000).fill('A')]) expect(receipt({ ids }).length).toBeLessThanOrEqual(1000)
    expect(receipt({ ids: [] })).toMatchObject([{ type: 'other', providerType: 'message.ack' }])
  })

  test('a reaction, an edit and a revocation are about the original and have identities of their own', () => {
    const carrier = { id: 'C', chat_id: CHAT, from: CHAT, is_from_me: false, timestamp: TIME }
    expect(one('message.reaction', { ...carrier, reacted_message_id: 'A', reaction: '👍' })).toMatchObject({ key: 'reaction:C', message: { id: 'A' } })
    expect(one('message.edited', { ...carrier, original_message_id: 'A', body: 'b' })).toMatchObject({ key: 'edited:C', message: { id: 'A', text: 'b' } })
    expect(one('message.revoked', { ...carrier, revoked_message_id: 'A' })).toMatchObject({ key: 'message.revoked:A', message: { id: 'A', fromMe: false } })
    for (const name of ['message', 'message.reaction', 'message.edited', 'message.revoked', 'message.deleted']) {
      expect(one(name, { chat_id: CHAT })).toMatchObject({ type: 'other', providerType: name })
    }
  })

  test('in a group an administrator may revoke what somebody else wrote: then nobody says whose it was', () => {
    const revoked = (payload: object) => one('message.revoked', { revoked_message_id: 'A', chat_id: GROUP, is_from_me: false, ...payload }).message?.fromMe
    expect(revoked({ revoked_from_me: true })).toBe(false)
    expect(revoked({ revoked_from_me: true, is_from_me: true })).toBe(true)
    expect(revoked({ revoked_from_me: false, is_from_me: true })).toBeUndefined()
  })

  test('the rest is told once a second and word', () => {
    const key = (payload: object, timestamp: unknown = TIME) => one('group.participants', payload, { timestamp }).key
    const joined = { chat_id: GROUP, type: 'join', jids: [CHAT] }
    expect(key(joined)).toBe(key({ jids: [CHAT], type: 'join', chat_id: GROUP }))
    expect(key({ ...joined, jids: [OWN] })).not.toBe(key(joined))
    expect(key(joined, '2026-08-22T10:30:01-03:00')).not.toBe(key(joined))
    expect(key(joined, null)).toBeNull()
  })

  test('a call that it rejected by itself is a rejected one', () => {
    const call = (payload: object) => one('call.offer', { call_id: 'C', from: CHAT, ...payload }, { timestamp: TIME })
    expect(call({})).toMatchObject({ type: 'call.received', key: 'call:C', call: { id: 'C', from: CHAT, group: false } })
    expect(call({ auto_rejected: true, group_jid: GROUP })).toMatchObject({ type: 'call.rejected', call: { group: true } })
    expect(one('call.offer', { from: CHAT })).toMatchObject({ type: 'other', key: null })
  })

  test('is recognised by its device, and without one by its events and its signature; nobody else is', () => {
    const id = (body: unknown, headers: Record<string, string> = {}) => recognise(deliveryOf('', headers), body)?.id
    const signed = { 'x-hub-signature-256': 'sha256=00' }
    expect(id({ event: 'message', device_id: OWN, payload: {} })).toBe('gowa')
    expect(id({ event: 'brand.new', device_id: OWN, payload: {} })).toBe('gowa')
    expect(id({ event: 'message', payload: {} }, signed)).toBe('gowa')
    expect(id({ event: 'message', session: 'default', payload: {} }, signed)).toBe('waha')
    expect(id({ event: 'message', webhookId: 'w', sessionId: 's', timestamp: 1, device_id: OWN, payload: {} })).toBe('open-wa-v5')
    for (const body of [null, [], {}, { event: 'message' }, { payload: {} }, { event: '', payload: {} }])
      expect(gowa.decode(deliveryOf(''), body).ok).toBe(false)
  })
})

describe('a life with GOWA', () => {
  const secret = 'the-webhook-secret-of-gowa'
  const line = newLine('shop', '5511987654321')
  let stage: ClockedStage
  beforeAll(async () => {
    stage = await openClockedStage('gowa', secret)
  }, STARTING_MS)
  afterAll(() => stage.close())

  /** The letters of an id say whether an answer came too late: these do not. */
  async function happen(happening: Happening, afterMs = 20_000): Promise<boolean[]> {
    stage.pass(afterMs)
    const duplicates: boolean[] = []
    for (const body of gowaDialect.tell(line, happening, stage.now(), () => 'bbbbbbbbbbbbbbbbbbbb')) {
      const outcome = await stage.post({ headers: gowaDialect.sign(secret, body, { id: '', at: 0, now: 0 }), body }, '')
      if (outcome.kind !== 'stored') throw new Error(outcome.kind)
      duplicates.push(outcome.duplicate)
    }
    return duplicates
  }

  test('is told by its traffic alone: connected by the first message, and not a word about its end', async () => {
    const talk: Talk = { id: '3AAA', chat: '5511960000001@c.us', fromMe: false, name: 'Ana', text: 'Preço < 10 & frete?', at: stage.now() }
    const own: Talk = { ...talk, id: '3EB0', fromMe: true, text: 'Bom dia' }
    for (const silent of [{ kind: 'starting' }, { kind: 'qr', code: '2@x' }, { kind: 'connected' }] as const) expect(await happen(silent)).toEqual([])
    expect(await happen({ kind: 'message', talk })).toEqual([false, false])
    expect(await stage.session('shop')).toMatchObject({ status: 'connected', provider: 'gowa' })
    await happen({ kind: 'message', talk: own })
    // Out of order, and again: its answer was lost.
    for (const ack of [3, 2, 3]) await happen({ kind: 'ack', talk: own, ack })
    await happen({ kind: 'reaction', talk, id: 'R', emoji: '👍', sender: talk.chat })
    await happen({ kind: 'edited', talk: { ...talk, text: 'Preço?' }, before: talk.text })
    const file: Talk = { ...talk, id: '3FFF', text: 'Comprovante', media: { mimetype: 'image/jpeg', bytes: 5 } }
    expect(await happen({ kind: 'message', talk: file })).toEqual([])
    await happen({ kind: 'media', talk: file, data: '' })
    await happen({ kind: 'revoked', talk: own, id: 'V' })
    await happen({ kind: 'call', id: 'CALL', from: talk.chat, video: false })
    expect(await happen({ kind: 'disconnected', reason: 'logged_out' })).toEqual([])

    expect(await stage.story('shop')).toEqual(['connected'])
    expect((await stage.session('shop'))?.counts).toMatchObject({ messagesReceived: 2, messagesSent: 1, calls: 1 })
    const messages = await stage.messages('shop')
    expect(messages.map(({ id, ack, fromMe }) => [id, ack, fromMe]).toSorted()).toEqual([
      ['3AAA', null, false],
      ['3EB0', 3, true],
      ['3FFF', null, false],
    ])
    const found = (id: string) => messages.find((message) => message.id === id)
    expect(found('3AAA')).toMatchObject({ text: 'Preço?', reactions: [{ text: '👍', sender: '5511960000001@s.whatsapp.net' }] })
    expect(found('3EB0')?.revokedAt).not.toBeNull()
    expect(found('3FFF')).toMatchObject({ text: 'Comprovante', media: { filename: expect.stringMatching(/3fff\.jpeg$/) } })
    expect(await stage.differences()).toEqual([])
  })

  test('five attempts of one delivery are one message; another secret than this source’s is refused', async () => {
    const told = { event: 'message', payload: { id: 'FIVE', chat_id: CHAT, from: CHAT, is_from_me: false, body: 'x', timestamp: TIME } }
    const attempts = await Promise.all(Array.from({ length: 5 }, () => stage.post(gowaDelivery(secret, line, told), '/shop')))
    expect(attempts.map((outcome) => outcome.kind === 'stored' && outcome.duplicate).toSorted()).toEqual([false, true, true, true, true])
    expect(await stage.post(gowaDelivery('secret', line, told), '/shop')).toMatchObject({ kind: 'refused', refusal: { code: 'mismatch' } })
    expect((await stage.messages('shop')).filter(({ id }) => id === 'FIVE')).toHaveLength(1)
  })

  test('leaves none of the secrets that somebody put into it', async () => {
    const payload = { id: 'P', chat_id: CHAT, from: CHAT, is_from_me: false, token: 'PLANTED-token', body: 'Bearer PLANTED0123456789' }
    const { headers, body } = gowaDelivery(secret, line, { event: 'message', payload })
    await stage.post({ headers: { ...headers, authorization: `Basic PLANTED-${secret}` }, body }, `/shop?token=PLANTED&x=${secret}`)
    const dump = await stage.dump()
    expect(dump).toContain('redacted')
    expect(dump).not.toContain('PLANTED')
    expect(dump).not.toContain(secret)
  })
})
