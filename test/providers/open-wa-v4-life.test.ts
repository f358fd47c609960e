import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Happening, newLine, type Talk } from '../../src/tasks/simulate/happening'
import { openWaV4Delivery, openWaV4Dialect } from '../../src/tasks/simulate/open-wa-v4'
import { openStage, type Stage } from '../support/life'
import { STARTING_MS } from '../support/server'

describe('a life with open-wa 4', () => {
  const secret = 'a-secret-of-open-wa-4'
  const line = newLine('shop', '5511998877665')
  const CODE = `2@${'Ab3+/'.repeat(19)},${'q'.repeat(43)}=,${'R'.repeat(43)}=,${'7'.repeat(43)}=,1`
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage('open-wa-v4', secret)
  }, STARTING_MS)
  afterAll(() => stage.stop())

  let at = Date.now() - 60_000
  const ids = () => Bun.randomUUIDv7()
  async function happen(happening: Happening): Promise<void> {
    at += 1_000
    for (const body of openWaV4Dialect.tell(line, happening, at, ids))
      await stage.post({ headers: openWaV4Dialect.sign(secret, body, { id: '', at, now: at }), body }, 'shop')
  }

  test('goes from the first code over conversations to the log-out', async () => {
    const talk: Talk = { id: '3EB0AAAA', chat: '5511960000001@c.us', fromMe: false, name: 'Ana', text: 'Olá', at }
    const own: Talk = { ...talk, id: '3EB0BBBB', fromMe: true, text: 'Bom dia' }
    await happen({ kind: 'starting' })
    await happen({ kind: 'qr', code: CODE })
    expect(await stage.session('shop')).toMatchObject({ status: 'qr', qr: { code: CODE, count: 1 } })
    await happen({ kind: 'authenticated' })
    await happen({ kind: 'connected' })
    expect(await stage.session('shop')).toMatchObject({ status: 'connected', account: { id: '5511998877665@c.us' }, pairingCode: null, qr: null })
    await happen({ kind: 'message', talk })
    await happen({ kind: 'message', talk: own })
    for (const ack of [2, 3, 1]) await happen({ kind: 'ack', talk: own, ack })
    await happen({ kind: 'reaction', talk, id: '1', emoji: '👍', sender: talk.chat })
    await happen({ kind: 'revoked', talk, id: '2' })
    // The same list of webhooks names us twice: another id, the same message.
    expect(await stage.post(openWaV4Delivery(secret, line, 'onMessage', { id: 'false_5511960000001@c.us_3EB0AAAA' }, at), 'shop')).toMatchObject({
      duplicate: true,
    })
    await happen({ kind: 'disconnected', reason: 'logged_out' })

    expect(await stage.story('shop')).toEqual(['starting', 'qr', 'authenticated', 'connected', 'disconnected (logged_out)'])
    expect(await stage.session('shop')).toMatchObject({ status: 'disconnected', reason: 'logged_out' })
    const messages = await stage.messages('shop')
    expect(messages.map(({ id, ack, fromMe }) => [id, ack, fromMe]).toSorted()).toEqual([
      ['3EB0AAAA', 2, false],
      ['3EB0BBBB', 3, true],
    ])
    const told = messages.find(({ id }) => id === '3EB0AAAA')
    expect(told).toMatchObject({ text: 'Olá', reactions: [{ text: '👍', sender: talk.chat }] })
    expect(told?.revokedAt).not.toBeNull()
    expect(await stage.differences()).toEqual([])
  })

  test('a message in the shape of Twilio is the one that the listeners told', async () => {
    const id = 'false_5511960000001@c.us_3EB0CCCC'
    const form = new URLSearchParams({
      To: 'whatsapp:5511998877665',
      AccountSid: '5511998877665',
      MessageSid: id,
      Body: 'Olá & até já',
      From: 'whatsapp:5511960000001',
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${Buffer.from(`linekeeper:${secret}`).toString('base64')}` }
    expect(await stage.post({ headers, body: form.toString() }, 'shop')).toMatchObject({ duplicate: false })
    expect(await stage.post(openWaV4Delivery(secret, line, 'onMessage', { id, body: 'Olá & até já' }, at), 'shop')).toMatchObject({ duplicate: true })
    expect((await stage.messages('shop')).filter((message) => message.id === '3EB0CCCC')).toMatchObject([{ text: 'Olá & até já' }])
  })
})
