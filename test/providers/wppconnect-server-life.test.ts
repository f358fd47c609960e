import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Happening, newLine, type Talk } from '../../src/tasks/simulate/happening'
import { wppconnectDelivery, wppconnectDialect } from '../../src/tasks/simulate/wppconnect'
import { type ClockedStage, openClockedStage } from '../support/clocked-life'
import { STARTING_MS } from '../support/server'

const CHAT = '5511960000001@c.us'

describe('a life with WPPConnect', () => {
  const secret = 'a-secret-of-wppconnect'
  const line = newLine('shop', '5511987654321')
  let stage: ClockedStage
  beforeAll(async () => {
    stage = await openClockedStage('wppconnect-server', secret)
  }, STARTING_MS)
  afterAll(() => stage.close())

  /** @returns whether each of its posts was a repetition. */
  async function happen(happening: Happening, afterMs = 10_000): Promise<boolean[]> {
    stage.pass(afterMs)
    const duplicates: boolean[] = []
    for (const body of wppconnectDialect.tell(line, happening, stage.now(), String)) {
      const outcome = await stage.post({ headers: wppconnectDialect.sign(secret, body, { id: '', at: 0, now: 0 }), body }, '')
      if (outcome.kind !== 'stored') throw new Error(outcome.kind)
      duplicates.push(outcome.duplicate)
    }
    return duplicates
  }

  test('goes from the first code over conversations to being unlinked, scanned again and closed', async () => {
    const talk: Talk = { id: '3AAA', chat: CHAT, fromMe: false, name: 'Ana', text: 'Olá', at: stage.now() }
    const own: Talk = { ...talk, id: '3EB0', fromMe: true, text: 'Bom dia' }
    expect(await happen({ kind: 'starting' })).toEqual([])
    await happen({ kind: 'qr', code: '2@one' })
    await happen({ kind: 'qr', code: '2@two' }, 20_000)
    expect(await stage.session('shop')).toMatchObject({ status: 'qr', qr: { code: '2@two', count: 2 }, provider: 'wppconnect-server' })
    await happen({ kind: 'authenticated' })
    await happen({ kind: 'connected' })
    expect(await stage.session('shop')).toMatchObject({ status: 'connected', qr: null })

    expect(await happen({ kind: 'message', talk })).toEqual([false])
    await happen({ kind: 'message', talk: own })
    for (const ack of [2, 3, 1]) await happen({ kind: 'ack', talk: own, ack })
    await happen({ kind: 'reaction', talk, id: 'R', emoji: '👍', sender: CHAT })
    expect(await happen({ kind: 'disconnected', reason: 'network' })).toEqual([false])
    // Connected again, and what was unread is told once more.
    expect(await happen({ kind: 'connected' }, 60_000)).toEqual([false, true])
    const messages = await stage.messages('shop')
    expect(messages.map(({ id, ack, fromMe }) => [id, ack, fromMe]).toSorted()).toEqual([
      ['3AAA', 1, false],
      ['3EB0', 3, true],
    ])
    expect(messages.find(({ id }) => id === '3AAA')).toMatchObject({ text: 'Olá', reactions: [{ text: '👍', sender: CHAT }] })
    expect((await stage.session('shop'))?.counts).toMatchObject({ messagesReceived: 1, messagesSent: 1 })

    await happen({ kind: 'disconnected', reason: 'logged_out' })
    await happen({ kind: 'pairing_code', code: 'ABCD1234' })
    expect(await stage.session('shop')).toMatchObject({ status: 'qr', pairingCode: 'ABCD1234' })
    await happen({ kind: 'authenticated' })
    await happen({ kind: 'connected' })
    await happen({ kind: 'disconnected', reason: 'stopped' })
    // The browser that closes with it says nothing new.
    expect(await stage.session('shop')).toMatchObject({ status: 'disconnected', reason: 'stopped', detail: 'Session: shop disconnected' })
    expect(await stage.story('shop')).toEqual([
      ...['qr', 'authenticated', 'connected', 'disconnected (network)', 'connected', 'disconnected (logged_out)'],
      ...['qr', 'authenticated', 'connected', 'disconnected (stopped)'],
    ])
    expect(await stage.differences()).toEqual([])
  })

  test('without a session in the body the URL says which one it is', async () => {
    const told = wppconnectDelivery(secret, 'night', 'status-find', { status: 'inChat' }, null)
    expect(await stage.post(told, '/night')).toMatchObject({ kind: 'stored' })
    expect(await stage.session('night')).toMatchObject({ status: 'connected' })
    expect(await stage.post(told, '')).toMatchObject({ kind: 'quarantined' })
  })

  test('nobody scanned: the code that runs out and the page that closes with it are one end', async () => {
    for (const [event, data] of [
      ['status-find', { status: 'notLogged' }],
      ['qrcode', { urlcode: '2@x' }],
      ['status-find', { status: 'autocloseCalled' }],
      ['status-find', { status: 'qrReadError' }],
      ['status-find', { status: 'browserClose' }],
    ] as const) {
      stage.pass(20_000)
      await stage.post(wppconnectDelivery(secret, 'idle', event, data), '')
    }
    expect(await stage.story('idle')).toEqual(['qr', 'disconnected (qr_expired)'])
  })

  test('a code that overtook the word about it is still shown', async () => {
    await stage.post(wppconnectDelivery(secret, 'swift', 'qrcode', { urlcode: '2@x' }), '')
    await stage.post(wppconnectDelivery(secret, 'swift', 'status-find', { status: 'notLogged' }), '')
    expect(await stage.session('swift')).toMatchObject({ status: 'qr', qr: { code: '2@x' } })
  })
})
