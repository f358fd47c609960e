import { afterAll, describe, expect, test } from 'bun:test'
import { addMismatches, addSightings } from '../../src/store/source-notes'
import { openSite, withKey } from './support'

const site = await openSite()
afterAll(() => site.close())

interface Answer {
  status: number
  text: string
  body: Body
}

/** What the tests look at; the whole shapes are checked against the OpenAPI document in api.test.ts. */
interface Body extends Record<string, unknown> {
  id: string
  value: string
  detail: string
  secret: { id: string; value: string }
  secrets: { id: string }[]
  rotation: { state: string } | null
  data: unknown[]
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await site.fetch(`/api/v1/sources${path}`, { method, ...withKey(), ...(body !== undefined && { body: JSON.stringify(body) }) })
  const text = await response.text()
  return { status: response.status, text, body: (text === '' ? {} : JSON.parse(text)) as Body }
}

const idOf = async (slug: string): Promise<string> => (await call('GET', `/${slug}`)).body.id

describe('a source over the API', () => {
  test('is made with a secret that is shown this once, changed in part, and deleted', async () => {
    const made = await call('POST', '', { slug: 'shop', provider: 'waha', staleAfterMs: 60_000 })
    expect(made.status).toBe(201)
    expect(made.body.source).toMatchObject({
      slug: 'shop',
      label: 'shop',
      provider: 'waha',
      webhookUrl: 'http://localhost:3000/api/whatsapp/shop/webhook',
      schemes: null,
      accepts: [{ scheme: 'hmac', strength: 'signed', title: 'HMAC-SHA512 in X-Webhook-Hmac', proves: 'proves body and sender', warning: null }],
      secrets: [{ id: made.body.secret.id, uses: 0 }],
      rotation: null,
    })
    const shown = await call('GET', '/shop')
    expect(shown.text).not.toContain(made.body.secret.value)
    const changed = await call('PATCH', '/shop', { label: 'The shop', schemes: [{ scheme: 'api-key', header: 'X-Shop-Key' }] })
    expect(changed.body).toMatchObject({ label: 'The shop', provider: 'waha', staleAfterMs: 60_000, schemes: [{ scheme: 'api-key', header: 'x-shop-key' }] })
    expect((await call('PATCH', '/shop', { schemes: null, staleAfterMs: null })).body).toMatchObject({ label: 'The shop', schemes: null, staleAfterMs: null })
    expect((await call('DELETE', '/shop')).status).toBe(204)
    expect((await call('GET', '/shop')).status).toBe(404)
    expect((await call('DELETE', '/default')).status).toBe(409)
  })

  test.each([
    [{ slug: 'Shop' }, 400, 'slug'],
    [{ slug: 'default' }, 409, 'There is a source "default" already'],
    [{ slug: 'x', provider: 'telegram' }, 400, 'body/provider: auto, wwebjs-api'],
    [{ slug: 'x', schemes: [{ scheme: 'hmac', header: 'x', algorithm: 'sha1' }] }, 400, 'SHA-1 is outdated'],
    [{ slug: 'x', schemes: [{ scheme: 'none' }, { scheme: 'basic' }] }, 400, 'choose it alone'],
    [{ slug: 'x', secret: 'secret' }, 400, 'GOWA'],
    [{ slug: 'x', staleAfterMs: 5 }, 400, 'body/staleAfterMs: milliseconds'],
    [{ slug: 'x', colour: 'red' }, 400, 'body/colour'],
  ])('that cannot be is refused in words: %j', async (input, status, told) => {
    const answer = await call('POST', '', input)
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(told)])
    expect((await call('GET', '/x')).status).toBe(404)
  })
})

describe('the secrets of a source over the API', () => {
  test('move on in three steps, and the answer says how far they are', async () => {
    await call('POST', '', { slug: 'moving' })
    const added = await call('POST', '/moving/secrets', {})
    expect([added.status, added.body.rotation?.state]).toEqual([201, 'waiting'])
    expect((await call('POST', '/moving/secrets', {})).status).toBe(409)
    const { secrets, rotation } = (await call('GET', '/moving')).body
    expect(rotation as unknown).toEqual({
      state: 'waiting',
      previous: secrets[0]?.id,
      next: added.body.id,
      advice: expect.stringContaining('No sender uses the new secret yet'),
    })
    expect((await call('DELETE', `/moving/secrets/${secrets[0]?.id}`)).status).toBe(204)
    expect((await call('GET', '/moving')).body).toMatchObject({ secrets: [{ id: added.body.id }], rotation: null })
    expect((await call('DELETE', `/moving/secrets/${added.body.id}`)).status).toBe(409)
    expect((await call('DELETE', `/moving/secrets/${secrets[0]?.id}`)).status).toBe(404)
    expect((await call('DELETE', `/moving/secrets/${added.body.id}?force=true`)).status).toBe(204)
  })

  test('may be chosen, if they cannot be guessed', async () => {
    await call('POST', '', { slug: 'chosen', secret: 'a secret of my own choice' })
    const refused = await call('POST', '/chosen/secrets', { value: 'THISISMYSECURETOKEN' })
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('WPPConnect')])
    expect((await call('POST', '/chosen/secrets', { value: 'another secret of my own' })).body.value).toBe('another secret of my own')
  })
})

describe('what a source heard, over the API', () => {
  test('leads to a proposal, and to a provider only when it is confirmed', async () => {
    await call('POST', '', { slug: 'heard' })
    const sourceId = await idOf('heard')
    expect((await call('GET', '/heard/recognition')).body as unknown).toEqual({ provider: 'auto', proposal: null, sightings: [] })
    await addSightings(site.database.write, [{ sourceId, provider: 'waha', times: 7, firstAt: 1_000, lastAt: 2_000 }])
    expect((await call('GET', '/heard/recognition')).body as unknown).toEqual({
      provider: 'auto',
      proposal: 'waha',
      sightings: [{ provider: 'waha', times: 7, firstAt: '1970-01-01T00:00:01.000Z', lastAt: '1970-01-01T00:00:02.000Z' }],
    })
    expect((await call('GET', '/heard')).body.provider).toBe('auto')
    expect((await call('POST', '/heard/recognition', { provider: 'telegram' })).status).toBe(400)
    const confirmed = await call('POST', '/heard/recognition', { provider: 'waha' })
    expect(confirmed.body).toMatchObject({ provider: 'waha', accepts: expect.arrayContaining([expect.objectContaining({ scheme: 'api-key' })]) })
    expect((await call('POST', '/heard/recognition', { provider: 'signed' })).status).toBe(409)
    expect((await call('GET', '/heard/recognition')).body.proposal).toBeNull()
  })

  test('tells where URL and body named different sessions', async () => {
    await call('POST', '', { slug: 'crossed' })
    const note = { sourceId: await idOf('crossed'), pathSession: 'ABCD', bodySession: 'EFGH', times: 3, firstAt: 1_000, lastAt: 2_000 }
    await addMismatches(site.database.write, [note])
    expect((await call('GET', '/crossed/mismatches')).body.data).toMatchObject([{ pathSession: 'ABCD', bodySession: 'EFGH', bodySessions: 1, times: 3 }])
    expect((await call('DELETE', '/crossed/mismatches')).status).toBe(204)
    expect((await call('GET', '/crossed/mismatches')).body.data).toEqual([])
  })
})
