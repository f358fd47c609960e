import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { checkHandshake } from '../../src/web/handshake'
import { ADMIN, SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { until } from '../support/until'

const sample = await Bun.file(`${import.meta.dir}/../fixtures/meta-cloud-api/others/verify.get.json`).json()
const secrets = [
  { id: 'app', value: 'the app secret' },
  { id: 'token', value: 'my-verify-token' },
]
const queryOf = (path: string) => path.slice(path.indexOf('?'))

describe("Meta's handshake", () => {
  test('answers its challenge to whoever knows a secret of the source', () => {
    expect(checkHandshake(queryOf(sample.path), secrets)).toEqual({ ok: true, challenge: sample.expected.body, secretId: 'token' })
    const shuffled = '?hub.verify_token=my-verify-token&hub.challenge=42&hub.mode=subscribe'
    expect(checkHandshake(shuffled, secrets)).toMatchObject({ ok: true, challenge: '42' })
  })

  test('is refused with another token, without one, in another mode, and where nobody asks for one', () => {
    const refusal = (query: string, live = secrets) => {
      const handshake = checkHandshake(query, live)
      return handshake.ok ? null : handshake.refusal.code
    }
    expect(refusal(queryOf(sample.wrongToken.path))).toBe('mismatch')
    expect(refusal('?hub.mode=subscribe&hub.challenge=1')).toBe('missing')
    expect(refusal('?hub.mode=subscribe&hub.challenge=1&hub.verify_token=')).toBe('mismatch')
    expect(refusal('?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=my-verify-token')).toBe('malformed')
    expect(refusal('')).toBe('missing')
    expect(refusal(queryOf(sample.path), [])).toBe('mismatch')
    // An empty secret and the public half of a pair prove nothing.
    expect(refusal('?hub.mode=subscribe&hub.challenge=1&hub.verify_token=', [{ id: 'x', value: '' }])).toBe('mismatch')
    expect(refusal('?hub.mode=subscribe&hub.challenge=1&hub.verify_token=whpk_x', [{ id: 'x', value: 'whpk_x' }])).toBe('mismatch')
  })

  test('gives back nothing that could be markup or endless', () => {
    for (const challenge of ['<script>alert(1)</script>', '', ' ', 'a b', '9'.repeat(257), 'ä', '1\n2']) {
      const query = `?hub.mode=subscribe&hub.verify_token=my-verify-token&hub.challenge=${encodeURIComponent(challenge)}`
      expect(checkHandshake(query, secrets)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
    }
  })
})

describe('through the front door', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ ...ADMIN, API_KEY: 'an-api-key-of-the-tests-0123456789', RATE_LIMIT_ADDRESS: '2' })
  }, STARTING_MS)
  afterAll(() => server.stop())

  const ask = (path: string, token = SECRET) =>
    fetch(`${server.url}${path}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${encodeURIComponent(token)}`, { redirect: 'manual' })

  test('every webhook URL of the source answers it as plain text', async () => {
    for (const path of ['/api/whatsapp/webhook', '/api/whatsapp/webhook/shop', '/api/whatsapp/webhook/shop/more', '/api/whatsapp/default/webhook/shop']) {
      const answer = await ask(path)
      expect([answer.status, await answer.text()]).toEqual([200, '1158201444'])
      expect(answer.headers.get('content-type')).toStartWith('text/plain')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('a wrong token gets 403 and is shown among the refusals; an unknown source does not exist', async () => {
    const answer = await ask('/api/whatsapp/webhook/guessed', 'guess')
    expect(answer.status).toBe(403)
    expect(await answer.text()).not.toContain('1158201444')
    expect((await ask('/api/whatsapp/nobody/webhook')).status).toBe(404)
    const found = await until(async () => {
      const list = await fetch(`${server.url}/api/v1/rejections`, { headers: { 'x-api-key': 'an-api-key-of-the-tests-0123456789' } })
      const { data } = (await list.json()) as { data: { session: string | null; code: string; message: string }[] }
      return data.find((row) => row.session === 'guessed')
    }, 'the refusal in the list')
    expect(found).toMatchObject({ code: 'mismatch', message: expect.stringContaining('verify_token') })
    expect(JSON.stringify(found)).not.toContain('guess"')
  })

  test('who guesses too often has to wait, as with deliveries', async () => {
    const statuses = new Set<number>()
    for (let i = 0; i < 30; i++) statuses.add((await ask('/api/whatsapp/webhook', `guess ${i}`)).status)
    expect(statuses).toEqual(new Set([403, 429]))
  })
})
