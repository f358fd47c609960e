import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { unescaped } from '../../src/domain/form'
import { goForm } from '../../src/tasks/simulate/go'
import { type Happening, newLine, type Talk } from '../../src/tasks/simulate/happening'
import { wuzapiDelivery, wuzapiDialect } from '../../src/tasks/simulate/wuzapi'
import { type ClockedStage, openClockedStage } from '../support/clocked-life'
import { STARTING_MS } from '../support/server'

const CHAT = '5511960000001@c.us'
const JID = '5511960000001@s.whatsapp.net'

describe('a life with wuzapi', () => {
  const secret = 'wuzapi-hmac-key-of-the-tests-0123456789'
  let stage: ClockedStage
  beforeAll(async () => {
    stage = await openClockedStage('wuzapi', secret)
  }, STARTING_MS)
  afterAll(() => stage.close())

  const post = async (delivery: { headers: Record<string, string>; body: string }, rest = '') => {
    const outcome = await stage.post(delivery, rest)
    if (outcome.kind !== 'stored') throw new Error(JSON.stringify(outcome))
    return outcome.duplicate
  }

  test.each([
    ['forms', 'form'],
    ['JSON', 'json'],
  ] as const)(
    'posted as %s goes from the first picture over conversations to being unlinked and banned',
    async (_name, format) => {
      const name = lineThatPosts(format)
      const line = newLine(name, '5511987654321')
      const happen = async (happening: Happening, afterMs = 20_000, letters = 'b') => {
        stage.pass(afterMs)
        const duplicates: boolean[] = []
        for (const body of wuzapiDialect.tell(line, happening, stage.now(), () => letters.repeat(20))) {
          expect(body.startsWith('{')).toBe(format === 'json')
          duplicates.push(await post({ headers: wuzapiDialect.sign(secret, body, { id: '', at: 0, now: 0 }), body }))
        }
        return duplicates
      }
      const code = (text: string) => `2@${text.repeat(50)},a=,b=,c=,1`
      expect(await happen({ kind: 'starting' })).toEqual([])
      await happen({ kind: 'qr', code: code('one') })
      await happen({ kind: 'qr', code: code('two') })
      expect(await stage.session(name)).toMatchObject({ status: 'qr', qr: { code: code('two'), count: 2 }, provider: 'wuzapi' })
      await happen({ kind: 'authenticated' })
      expect(await stage.session(name)).toMatchObject({ status: 'authenticated', qr: null, account: { id: '5511987654321@s.whatsapp.net' } })
      await happen({ kind: 'connected' })

      const talk: Talk = { id: '3AAA', chat: CHAT, fromMe: false, name: 'Ana', text: 'Preço < 10 & frete + “x”?', at: stage.now() }
      const own: Talk = { ...talk, id: '3EB0', fromMe: true, text: 'Bom dia' }
      await happen({ kind: 'message', talk })
      await happen({ kind: 'message', talk: own })
      // Two devices got it; the receipt of the reader overtakes them.
      await happen({ kind: 'ack', talk: own, ack: 3 })
      expect(await happen({ kind: 'ack', talk: own, ack: 2 })).toEqual([false, true])
      await happen({ kind: 'reaction', talk, id: 'R', emoji: '👍', sender: CHAT })
      await happen({ kind: 'edited', talk: { ...talk, text: 'Preço?' }, before: talk.text })
      const file: Talk = { ...talk, id: '3FFF', text: 'Comprovante', media: { mimetype: 'image/jpeg', bytes: 3_000 } }
      const data = Buffer.alloc(3_000, 9)
      await happen({ kind: 'media', talk: file, data: data.toString('base64') })
      await happen({ kind: 'revoked', talk: own, id: 'V' })
      await happen({ kind: 'call', id: 'CALL', from: CHAT, video: true })
      // A flap that WhatsApp tells, and one that only the pings show.
      await happen({ kind: 'reconnecting' }, 20_000, 'b')
      await happen({ kind: 'connected' })
      await happen({ kind: 'reconnecting' }, 20_000, 'a')
      await happen({ kind: 'connected' })
      await happen({ kind: 'disconnected', reason: 'logged_out' })
      await happen({ kind: 'qr', code: code('three') })
      await happen({ kind: 'authenticated' })
      await happen({ kind: 'connected' })
      stage.pass(20_000)
      await post(wuzapiDelivery(secret, line, { type: 'TemporaryBan', event: { Code: 101, Expire: 86_400_000_000_000 } }, format))

      expect(await stage.story(name)).toEqual([
        ...['qr', 'authenticated', 'connected', 'disconnected (network)', 'connected', 'starting', 'connected', 'disconnected (logged_out)'],
        ...['qr', 'authenticated', 'connected', 'disconnected (banned)'],
      ])
      expect(await stage.session(name)).toMatchObject({ status: 'disconnected', reason: 'banned', counts: { messagesReceived: 2, messagesSent: 1 } })
      const messages = await stage.messages(name)
      expect(messages.map(({ id, ack, fromMe }) => [id, ack, fromMe]).toSorted()).toEqual([
        ['3AAA', null, false],
        ['3EB0', 3, true],
        ['3FFF', null, false],
      ])
      const found = (id: string) => messages.find((message) => message.id === id)
      expect(found('3AAA')).toMatchObject({ text: 'Preço?', from: JID, reactions: [{ text: '👍', sender: JID }] })
      expect(found('3EB0')?.revokedAt).not.toBeNull()
      const sha256 = new Bun.CryptoHasher('sha256').update(data).digest('hex')
      expect(found('3FFF')).toMatchObject({ text: 'Comprovante', media: { mimetype: 'image/jpeg', bytes: 3_000 } })
      expect(await stage.kept()).toContain(sha256)
      expect(await stage.differences()).toEqual([])
    },
    30_000,
  )

  test('five attempts are one message, whether they come one after the other or at once; another key is refused', async () => {
    const line = newLine('five', '5511900000005')
    const told = { type: 'Message', event: { Info: { ID: 'FIVE', Chat: JID, Sender: JID, IsFromMe: false }, Message: { conversation: 'x' } } }
    const delivery = wuzapiDelivery(secret, line, told)
    const attempts = await Promise.all(Array.from({ length: 4 }, () => stage.post(delivery, '')))
    stage.pass(30_000)
    attempts.push(await stage.post(delivery, ''))
    expect(attempts.map((outcome) => outcome.kind === 'stored' && outcome.duplicate).toSorted()).toEqual([false, true, true, true, true])
    expect(await stage.messages('five')).toHaveLength(1)
    expect(await stage.post({ ...delivery, body: delivery.body.replace('five', 'FIVE') }, '')).toMatchObject({ kind: 'refused' })
    expect(await stage.post(wuzapiDelivery('another-key-of-thirty-two-characters', line, told), '')).toMatchObject({ kind: 'refused' })
  })

  test('a form that says nothing is kept for a person to look at', async () => {
    for (const body of ['hello=world', 'instanceName=five&jsonData=%7Bbroken%zz', '%', '&&&', 'a']) {
      expect(await stage.post({ headers: wuzapiDialect.sign(secret, body, { id: '', at: 0, now: 0 }), body }, '/five')).toMatchObject({ kind: 'quarantined' })
    }
  })

  test('leaves none of the secrets that somebody put into its forms, however they are escaped', async () => {
    const inner = {
      type: 'Message',
      token: 'PLANTED-inner',
      event: { Info: { ID: 'P' }, Message: { imageMessage: { mediaKey: 'PLANTED-key', URL: 'https://u:PLANTED@h' } } },
    }
    const bodies = [
      goForm({ instanceName: 'planted', token: 'PLANTED-token', jsonData: JSON.stringify(inner) }),
      `instanceName=planted&%74%6fken=PL%41NTED&jsonData=${encodeURIComponent(JSON.stringify(inner)).replaceAll('PLANTED', 'PLANTE%44')}&noise=%zz`,
      JSON.stringify({ ...inner, instanceName: 'planted', userID: 'u' }),
      `token=PLANTED&jsonData=%7B%22token%22%3A%22PLANTED`,
    ]
    for (const body of bodies) {
      const headers = { ...wuzapiDialect.sign(secret, body, { id: '', at: 0, now: 0 }), token: 'PLANTED-header' }
      const outcome = await stage.post({ headers, body }, `/planted?token=PLANTED&y=${secret}`)
      expect(outcome.kind).not.toBe('refused')
    }
    const dump = await stage.dump()
    const plain = unescaped(dump, 0, dump.length).toString('latin1')
    for (const text of [dump, plain]) {
      expect(text).toContain('redacted')
      expect(text).not.toContain('PLANTED')
      expect(text).not.toContain(secret)
    }
  })
})

/** A name for which the simulator posts in this format, each delivery once. */
function lineThatPosts(format: 'form' | 'json'): string {
  for (let nth = 0; ; nth++) {
    const line = newLine(`shop-${nth}`, '55')
    const bodies = wuzapiDialect.tell(line, { kind: 'disconnected', reason: 'logged_out' }, 0, String)
    if (bodies.length === 1 && bodies[0]?.startsWith('{') === (format === 'json')) return line.name
  }
}
