import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { DecodedEvent, Reason } from '../../src/domain/event'
import { redactBody, redactHeaders } from '../../src/domain/redaction'
import { evolutionApi } from '../../src/providers/evolution-api'
import { authenticate } from '../../src/signing/authenticate'
import { evolutionDelivery, evolutionDialect } from '../../src/tasks/simulate/evolution'
import { type Happening, newLine, type Talk } from '../../src/tasks/simulate/happening'
import { type ClockedStage, openClockedStage } from '../support/clocked-life'
import { STARTING_MS } from '../support/server'
import { deliveryOf, readSamples } from './samples'

const STAMP = '2026-11-23T16:07:35.583Z'
const OWN = '5511987654321@s.whatsapp.net'
const CHAT = '5511960000001@s.whatsapp.net'
const MINUTE_MS = 60_000

function decodeAll(event: string, data: unknown, envelope: object = {}): DecodedEvent[] {
  const decoded = evolutionApi.decode(deliveryOf(''), { event, instance: 'demo', data, date_time: STAMP, sender: OWN, ...envelope })
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.parts.flatMap((part) => part.events)
}

function decode(event: string, data: unknown, envelope: object = {}): DecodedEvent {
  const [only, ...others] = decodeAll(event, data, envelope)
  if (only === undefined || others.length > 0) throw new Error('not one event')
  return only
}

const message = (content: object, more: object = {}, key: object = {}) =>
  decode('messages.upsert', { key: { remoteJid: CHAT, fromMe: false, id: '3EB0', ...key }, message: content, messageTimestamp: 1760000000, ...more })

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

  test('a restart that WhatsApp asks for after the scan is progress, not an end', () => {
    expect(decode('connection.update', { state: 'close', statusReason: 515 }).type).toBe('session.connecting')
  })

  test('a state that we do not know is no status, and none at all is no crash', () => {
    expect(decode('connection.update', { state: 'paused', statusReason: 7 })).toMatchObject({ type: 'session.state', session: { detail: 'paused (7)' } })
    expect(decode('connection.update', null)).toMatchObject({ type: 'session.state' })
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

describe('messages', () => {
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

describe('its proofs', () => {
  const secret = 'a-secret-of-evolution-api'
  const secrets = [{ id: 'one', value: secret }]
  const made = Date.UTC(2026, 10, 23, 16)
  const line = newLine('demo', '5511987654321')
  const { headers } = evolutionDelivery(secret, line, 'connection.update', {}, made)
  const check = (now: number, path: string, given: Record<string, string>) =>
    authenticate({ ...deliveryOf(''), path, headers: given }, evolutionApi.schemes, secrets, now)

  test('the token of one event proves its tenth attempt too, 24 minutes later at the most, and no replay of the next hour', () => {
    const longest = evolutionDialect.retries.reduce((sum, wait) => sum + wait * 1.2, 0)
    expect(longest).toBeLessThan(25 * MINUTE_MS)
    for (const late of [0, 10 * MINUTE_MS, longest]) expect(check(made + late, '/', headers)).toMatchObject({ ok: true, scheme: 'jwt' })
    expect(check(made + 60 * MINUTE_MS, '/', headers)).toMatchObject({ ok: false, refusal: { code: 'expired' } })
  })

  test('a header of its own, the password of the URL, or the secret in it, also with an event behind it', () => {
    const ok = (path: string, given: Record<string, string> = {}) => check(made, path, given)
    expect(ok('/', { 'x-webhook-secret': secret })).toMatchObject({ ok: true, scheme: 'api-key' })
    expect(ok('/', { authorization: `Basic ${btoa(`evolution:${secret}`)}` })).toMatchObject({ ok: true, scheme: 'basic' })
    expect(ok(`/api/whatsapp/shop/webhook?token=${secret}/connection-update`)).toMatchObject({ ok: true, scheme: 'url' })
    expect(ok(`/api/whatsapp/shop/webhook/demo/${secret}/connection-update`)).toMatchObject({ ok: true, scheme: 'url' })
    expect(ok('/api/whatsapp/shop/webhook/demo')).toMatchObject({ ok: false, refusal: { code: 'missing' } })
  })

  test('no key, no address with a secret in it and no token comes to rest', async () => {
    for (const { delivery, body } of await readSamples('evolution-api')) {
      const kept = new TextDecoder().decode(redactBody(delivery.body, () => '0a0b0c0d'))
      const { apikey, api_key, destination } = body as Record<string, unknown>
      for (const told of [apikey, api_key, destination]) if (typeof told === 'string') expect(kept).not.toContain(JSON.stringify(told))
      expect(kept).not.toMatch(/"(?:mediaKey|messageSecret|apikey|api_key|destination)":"(?!\[redacted)/)
      const headersKept = JSON.stringify(redactHeaders(delivery.headers, () => '0a0b0c0d'))
      expect(headersKept).not.toContain('eyJ')
      expect(headersKept).not.toContain('"abc"')
    }
  })
})

describe('a life with Evolution API', () => {
  const secret = 'a-secret-of-evolution-api'
  // Both webhooks are set for lines of some names: this one has both.
  const line = newLine('shop-10', '5511987654321', 'Shop')
  let stage: ClockedStage
  beforeAll(async () => {
    stage = await openClockedStage('evolution-api', secret)
  }, STARTING_MS)
  afterAll(() => stage.close())

  const post = (body: string, at: number, rest = `/${line.name}`) =>
    stage.post({ headers: evolutionDialect.sign(secret, body, { id: '', at, now: stage.now() }), body }, rest)

  /** Posts all copies at once, after some time. @returns how many of them were new. */
  async function happen(happening: Happening, afterMs = 10_000): Promise<number> {
    stage.pass(afterMs)
    let fresh = 0
    for (const body of evolutionDialect.tell(line, happening, stage.now(), Bun.randomUUIDv7)) {
      const outcome = await post(body, stage.now())
      if (outcome.kind !== 'stored') throw new Error(outcome.kind)
      if (!outcome.duplicate) fresh++
    }
    return fresh
  }

  test('goes from the first code over conversations and flapping to the log-out, each told twice and counted once', async () => {
    const talk: Talk = { id: '3AAA', chat: '5511960000001@c.us', fromMe: false, name: 'Ana', text: 'Olá', at: stage.now() }
    const own: Talk = { ...talk, id: '3EB0', fromMe: true, text: 'Bom dia' }
    expect(evolutionDialect.tell(line, { kind: 'starting' }, 0, String)).toHaveLength(2)

    expect(await happen({ kind: 'starting' })).toBe(1)
    expect(await happen({ kind: 'qr', code: '2@one,a,b,c,1' })).toBe(1)
    expect(await happen({ kind: 'qr', code: '2@two,a,b,c,1' }, 45_000)).toBe(1)
    expect(await happen({ kind: 'pairing_code', code: 'ABCD1234' })).toBe(1)
    expect(await stage.session(line.name)).toMatchObject({ status: 'qr', qr: { code: '2@two,a,b,c,1', count: 2 }, pairingCode: 'ABCD1234' })
    await happen({ kind: 'authenticated' })
    await happen({ kind: 'connected' })
    expect(await stage.session(line.name)).toMatchObject({
      status: 'connected',
      provider: 'evolution-api',
      qr: null,
      pairingCode: null,
      account: { id: OWN, name: 'Shop' },
    })

    expect(await happen({ kind: 'message', talk })).toBe(1)
    expect(await happen({ kind: 'message', talk: own })).toBe(1)
    for (const ack of [2, 3, 1]) expect(await happen({ kind: 'ack', talk: own, ack })).toBe(1)
    await happen({ kind: 'reaction', talk, id: 'R', emoji: '👍', sender: talk.chat })
    await happen({ kind: 'edited', talk: { ...own, text: 'Boa tarde' }, before: own.text })
    await happen({ kind: 'revoked', talk, id: 'X' })
    expect((await stage.messages(line.name)).map(({ id, ack, text, fromMe }) => [id, ack, text, fromMe]).toSorted()).toEqual([
      ['3AAA', 2, 'Olá', false],
      ['3EB0', 3, 'Boa tarde', true],
    ])
    expect((await stage.session(line.name))?.counts).toMatchObject({ messagesReceived: 1, messagesSent: 1 })

    await happen({ kind: 'reconnecting' }, 30_000)
    await happen({ kind: 'connected' })
    await happen({ kind: 'disconnected', reason: 'logged_out' })
    expect(await stage.session(line.name)).toMatchObject({ status: 'disconnected', reason: 'logged_out', detail: 'closed (401): Stream Errored (conflict)' })
    await happen({ kind: 'disconnected', reason: 'stopped' })

    expect(await stage.story(line.name)).toEqual(['starting', 'qr', 'starting', 'connected', 'starting', 'connected', 'disconnected (logged_out)'])
    const told = (await stage.messages(line.name)).find(({ id }) => id === '3AAA')
    expect(told).toMatchObject({ reactions: [{ text: '👍', sender: CHAT }] })
    expect(told?.revokedAt).not.toBeNull()
    expect(await stage.differences()).toEqual([])
  })

  test('an attempt that comes twenty minutes late is accepted with the token of the first, and changes nothing when that one was kept', async () => {
    const body = evolutionDialect.tell(line, { kind: 'connected' }, stage.now(), String)[0] as string
    const first = stage.now()
    expect(await post(body, first)).toMatchObject({ kind: 'stored', duplicate: false })
    await happen({ kind: 'disconnected', reason: 'logged_out' })
    stage.pass(20 * MINUTE_MS)
    expect(await post(body, first)).toMatchObject({ kind: 'stored', duplicate: true })
    expect(await stage.session(line.name)).toMatchObject({ status: 'disconnected', reason: 'logged_out' })
  })

  test('the body names the instance where the URL does not, also with the event appended to it', async () => {
    const other = newLine('other', '5511987650000')
    const told = evolutionDelivery(secret, other, 'connection.update', { instance: 'other', state: 'open', statusReason: 200 }, stage.now())
    expect(await stage.post(told, '/connection-update')).toMatchObject({ kind: 'stored', duplicate: false })
    expect(await stage.post(told, '')).toMatchObject({ kind: 'stored', duplicate: true })
    expect(await stage.session('other')).toMatchObject({ status: 'connected' })
    expect(await stage.session('connection-update')).toBeUndefined()
  })

  test('nobody scanned: the limit and the refusal are one end', async () => {
    const idle = newLine('idle', '5511987651111')
    for (const happening of [
      { kind: 'qr', code: '2@x' },
      { kind: 'auth_failure', message: '' },
    ] as Happening[]) {
      stage.pass(45_000)
      for (const body of evolutionDialect.tell(idle, happening, stage.now(), String)) await post(body, stage.now(), '/idle')
    }
    expect(await stage.story('idle')).toEqual(['qr', 'disconnected (qr_expired)'])
    expect(await stage.session('idle')).toMatchObject({ detail: 'QR code limit reached, please login again' })
  })

  test('nothing that opens anything is at rest', async () => {
    const kept = await stage.kept()
    expect(kept).toContain('"apikey":"[redacted ')
    expect(kept).toContain('"destination":"[redacted ')
    for (const secretive of ['a-secret-in-the-url', secret, 'eyJhbGciOiJIUzI1NiI']) expect(kept).not.toContain(secretive)
  })
})
