import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { redactBody, redactHeaders } from '../../src/domain/redaction'
import { evolutionApi } from '../../src/providers/evolution-api'
import { authenticate } from '../../src/signing/authenticate'
import { evolutionDelivery, evolutionDialect } from '../../src/tasks/simulate/evolution'
import { type Happening, newLine, type Talk } from '../../src/tasks/simulate/happening'
import { type ClockedStage, openClockedStage } from '../support/clocked-life'
import { CHAT, OWN } from '../support/evolution'
import { STARTING_MS } from '../support/server'
import { deliveryOf, readSamples } from './samples'

const MINUTE_MS = 60_000

describe('the proofs of Evolution API', () => {
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
