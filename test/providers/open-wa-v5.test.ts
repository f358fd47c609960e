import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { recognise } from '../../src/providers'
import { openWaV5 } from '../../src/providers/open-wa-v5'
import { type Happening, newLine, type Talk } from '../../src/tasks/simulate/happening'
import { openWaV5Delivery, openWaV5Dialect } from '../../src/tasks/simulate/open-wa-v5'
import { openStage, type Stage } from '../support/life'
import { STARTING_MS } from '../support/server'
import { deliveryOf } from './samples'

const TS = 1_795_450_000_000

function decode(event: string, payload: unknown, extra: object = {}): DecodedEvent {
  const decoded = openWaV5.decode(deliveryOf(''), { webhookId: 'w', sessionId: 'demo', event, payload, timestamp: TS, ...extra })
  if (!decoded.ok || decoded.parts[0]?.events[0] === undefined) throw new Error('not decoded')
  return decoded.parts[0].events[0]
}

describe('open-wa 5', () => {
  test('all its words for where a session is are understood', () => {
    const state = (next: string, reason?: string) => decode('session.state.changed', { details: { prev: 'READY', next, reason } }).session
    expect(state('STARTING')).toEqual({ status: 'starting', detail: 'STARTING' })
    expect(state('AUTHENTICATING')).toEqual({ status: 'starting', detail: 'AUTHENTICATING' })
    expect(state('READY')).toEqual({ status: 'connected', detail: 'READY' })
    expect(state('STOPPED')).toEqual({ status: 'disconnected', reason: 'stopped', detail: 'STOPPED' })
    expect(state('DISCONNECTED')).toEqual({ status: 'disconnected', reason: 'unknown', detail: 'DISCONNECTED' })
    expect(state('DISCONNECTED', 'socket')).toEqual({ status: 'disconnected', reason: 'network', detail: 'DISCONNECTED: socket' })
    expect(state('DISCONNECTED', 'LOGOUT')).toMatchObject({ reason: 'logged_out' })
    expect(state('DISCONNECTED', 'CONFLICT')).toMatchObject({ reason: 'replaced' })
    expect(state('NEW_ONE')).toEqual({ detail: 'NEW_ONE' })
    expect(state('__proto__')).toEqual({ detail: '__proto__' })
  })

  test('its own time orders its events, and is the identity of those that have no other', () => {
    const ready = decode('client.ready', { sessionId: 'demo' })
    expect(ready).toMatchObject({ occurredAt: TS, ordered: true })
    expect(decode('client.ready', {}).key).toBe(ready.key as string)
    expect(decode('client.ready', {}, { timestamp: TS + 1 }).key).not.toBe(ready.key)
    expect(decode('client.ready', {}, { timestamp: 'soon' })).toMatchObject({ key: null, occurredAt: null, ordered: false })
    const removed = (chatId: string) => decode('chat.deleted', { ctx: { correlationId: 'c' }, chatId }).key
    expect(removed('1@c.us')).not.toBe(removed('2@c.us'))
  })

  test('the program is not the session: that it runs says nothing, that it ends does', () => {
    expect(decode('core.started', {})).not.toHaveProperty('session')
    expect(decode('core.stopping', { reason: 'SIGTERM' }).type).toBe('session.state')
    expect(decode('core.stopped', {})).toMatchObject({ type: 'session.disconnected', session: { reason: 'stopped' } })
    expect(decode('error', { scope: 'transport', error: {}, fatal: false })).toMatchObject({ type: 'session.state', session: { message: 'error: transport' } })
    expect(decode('error', { scope: 'browser', error: { message: 'gone' }, fatal: true })).toMatchObject({
      type: 'session.disconnected',
      session: { reason: 'unknown', detail: 'error: browser: gone' },
    })
  })

  test('all that it may post has a name here', () => {
    const names =
      'session.state.changed session.connection.disconnected session.connection.reconnecting session.connection.reconnected session.logout auth.logout group.addedToGroup group.removedFromGroup group.participants.changed.global group.approval.request group.changed chat.deleted chat.opened chat.state device.battery device.plugged ui.button ui.poll.vote label.changed story.received commerce.order commerce.product.new core.starting core.started core.stopping core.stopped client.ready error'
    for (const name of names.split(' ')) expect([name, decode(name, {}).type === 'other']).toEqual([name, false])
    for (const name of ['message.received', 'message.any', 'message.deleted', 'ack.changed', 'reaction.added', 'call.incoming', 'brand.new']) {
      expect(decode(name, null)).toMatchObject({ type: 'other', providerType: name })
    }
  })

  test('participants, labels and calls say what happened to them', () => {
    const change = (action: string) => decode('group.participants.changed.global', { change: { action, chat: '1@g.us' } })
    expect(change('remove')).toMatchObject({ type: 'group.leave', chat: '1@g.us' })
    expect(change('promote').type).toBe('group.admin_changed')
    expect(decode('label.changed', { labelId: '5', action: 'renamed' }).type).toBe('label.renamed')
    expect(decode('call.state', { state: { id: 'C', State: 'NOT_ANSWERED' } }).type).toBe('call.missed')
    expect(decode('call.incoming', { call: { id: 'C', outgoing: true } })).toMatchObject({ type: 'call.placed', call: { fromMe: true } })
  })

  test('it is told apart from WAHA, which has an event and a payload too', () => {
    const body = { webhookId: 'w', sessionId: 'demo', event: 'message.any', payload: {}, timestamp: TS }
    expect(recognise(deliveryOf(''), body)?.id).toBe('open-wa-v5')
    expect(recognise(deliveryOf(''), { ...body, webhookId: undefined, session: 'demo', engine: 'WEBJS' })?.id).toBe('waha')
    for (const odd of [null, [], { event: 'x', payload: {} }, { webhookId: 5, event: 'x', payload: {} }]) {
      expect(openWaV5.decode(deliveryOf(''), odd)).toMatchObject({ ok: false, reason: expect.stringContaining('webhookId') })
    }
  })
})

describe('a life with open-wa 5', () => {
  const secret = 'a-secret-of-open-wa-5'
  const line = newLine('shop', '5511998877665')
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage('open-wa-v5', secret)
  }, STARTING_MS)
  afterAll(() => stage.stop())

  const start = Date.now() - 60_000
  const bodies = (happening: Happening, second: number) => [...new Set(openWaV5Dialect.tell(line, happening, start + second * 1_000, () => Bun.randomUUIDv7()))]
  const post = (body: string) => stage.post({ headers: openWaV5Dialect.sign(secret, body, { id: '', at: 0, now: 0 }), body }, 'shop')

  test('is the same in whatever order its retries arrive, and however often', async () => {
    const talk: Talk = { id: '3EB0AAAA', chat: '5511960000001@c.us', fromMe: false, name: 'Ana', text: 'Olá', at: start }
    const own: Talk = { ...talk, id: '3EB0BBBB', fromMe: true, text: 'Bom dia' }
    const happenings: Happening[] = [
      { kind: 'starting' },
      { kind: 'connected' },
      { kind: 'message', talk },
      { kind: 'message', talk: own },
      { kind: 'ack', talk: own, ack: 2 },
      { kind: 'ack', talk: own, ack: 3 },
      { kind: 'reaction', talk, id: 'r1', emoji: '👍', sender: talk.chat },
      { kind: 'reconnecting' },
      { kind: 'connected' },
      { kind: 'revoked', talk, id: 'x' },
      { kind: 'disconnected', reason: 'logged_out' },
    ]
    const told = happenings.flatMap((happening, second) => bodies(happening, second))
    // Those that failed at first come up to seven seconds later, between others.
    const late = told.filter((_, nth) => nth % 3 === 1)
    for (const body of [...told.filter((_, nth) => nth % 3 !== 1), ...late]) expect(await post(body)).toMatchObject({ duplicate: false })
    for (const body of told) expect(await post(body)).toMatchObject({ duplicate: true })

    expect(await stage.story('shop')).toEqual(['starting', 'connected', 'disconnected (network)', 'starting', 'connected', 'disconnected (logged_out)'])
    expect(await stage.session('shop')).toMatchObject({ status: 'disconnected', reason: 'logged_out', counts: { messagesReceived: 1, messagesSent: 1 } })
    const messages = await stage.messages('shop')
    expect(messages.map(({ id, ack, fromMe }) => [id, ack, fromMe]).toSorted()).toEqual([
      ['3EB0AAAA', 2, false],
      ['3EB0BBBB', 3, true],
    ])
    expect(messages.find(({ id }) => id === '3EB0AAAA')).toMatchObject({ text: 'Olá', reactions: [{ text: '👍' }], revokedAt: expect.anything() })
  })

  test('a stop that was repeated after the next start does not end it', async () => {
    const at = start + 30_000
    const tell = (event: string, payload: unknown, later: number) => openWaV5Delivery(secret, line, event, payload, at + later)
    await stage.post(tell('client.ready', {}, 3_000), 'shop')
    await stage.post(tell('core.stopped', {}, 0), 'shop')
    expect(await stage.session('shop')).toMatchObject({ status: 'connected' })
    expect(await stage.differences()).toEqual([])
  })
})
