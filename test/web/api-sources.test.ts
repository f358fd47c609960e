import { afterAll, describe, expect, test } from 'bun:test'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { MadeSecret, MadeSource, Source } from '../../src/web/api/source-shapes'
import { openSite, withKey } from './support'

const site = await openSite()
afterAll(() => site.close())

const OWN = 'a secret of our own, long enough'

interface Answer {
  status: number
  // Whatever the route promises: each test says what it expects of it.
  body: Record<string, unknown>
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { ...withKey().headers, 'content-type': 'application/json' }
  const response = await site.fetch(`/api/v1${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const text = await response.text()
  if (response.status >= 400) expect(response.headers.get('content-type')).toBe('application/problem+json')
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

/** As the OpenAPI document promises it. */
function expectShape(schema: TSchema, body: unknown): void {
  expect([...Value.Errors(schema, body)].map(({ path, message }) => `${path} ${message}`)).toEqual([])
}

const secretsOf = async (slug: string) => ((await call('GET', `/sources/${slug}`)).body.secrets as { id: string }[]).map(({ id }) => id)

describe('a source', () => {
  test('is made with a secret that is shown this once, changed in what is given, and deleted', async () => {
    const made = await call('POST', '/sources', { slug: 'shop', provider: 'waha', staleAfterMs: 60_000 })
    expect(made.status).toBe(201)
    expectShape(MadeSource, made.body)
    expect(made.body).toMatchObject({ source: { slug: 'shop', label: 'shop', provider: 'waha', staleAfterMs: 60_000 } })
    const { value } = made.body.secret as { value: string }
    expect(value).toMatch(/^[\w-]{43}$/)

    const changed = await call('PATCH', '/sources/shop', { label: 'The shop', staleAfterMs: null, schemes: [{ scheme: 'api-key', header: 'x-api-key' }] })
    expect(changed.status).toBe(200)
    expectShape(Source, changed.body)
    expect(changed.body).toMatchObject({ label: 'The shop', provider: 'waha', staleAfterMs: null, schemes: [{ scheme: 'api-key', header: 'x-api-key' }] })
    const shown = await call('GET', '/sources/shop')
    expect(shown.body).toEqual(changed.body)
    expect(JSON.stringify(shown.body)).not.toContain(value)

    expect(await call('DELETE', '/sources/shop')).toEqual({ status: 204, body: {} })
    expect((await call('GET', '/sources/shop')).status).toBe(404)
  })

  test('that is not there is 404', async () => {
    for (const [method, path, body] of [
      ['GET', '/sources/none', undefined],
      ['PATCH', '/sources/none', { label: 'x' }],
      ['DELETE', '/sources/none', undefined],
      ['POST', '/sources/none/secrets', {}],
      ['DELETE', `/sources/none/secrets/${Bun.randomUUIDv7()}`, undefined],
    ] as const)
      expect([method, path, (await call(method, path, body)).status]).toEqual([method, path, 404])
  })

  test('whose slug is taken is 409, and so is the end of the default one', async () => {
    expect((await call('POST', '/sources', { slug: 'default' })).status).toBe(409)
    expect((await call('DELETE', '/sources/default')).status).toBe(409)
    expect((await call('GET', '/sources/default')).status).toBe(200)
  })

  test('that cannot be is 400, which names the field and never repeats a secret', async () => {
    for (const [body, field] of [
      [{ slug: 'Not A Slug' }, 'slug'],
      [{}, 'body/slug'],
      [{ slug: 'ok', provider: 'no-such' }, 'body/provider'],
      [{ slug: 'ok', staleAfterMs: 'soon' }, 'body/staleAfterMs'],
      [{ slug: 'ok', secret: 'hunter22' }, 'secret'],
      [{ slug: 'ok', schemes: [{ scheme: 'rot13' }] }, 'scheme'],
      [{ slug: 'ok', ownerId: 'nobody@example.org' }, 'operator'],
      [{ slug: 'ok', unheardOf: 1 }, 'unheardOf'],
    ] as const) {
      const answer = await call('POST', '/sources', body)
      expect([body, answer.status]).toEqual([body, 400])
      expect(answer.body.detail).toContain(field)
      expect(JSON.stringify(answer.body)).not.toContain('hunter22')
    }
    expect((await call('GET', '/sources/ok')).status).toBe(404)
  })
})

describe('the secrets of a source', () => {
  test('are rotated: a second one beside the first, no third, then the first one goes', async () => {
    await call('POST', '/sources', { slug: 'turning', secret: OWN })
    const [first = ''] = await secretsOf('turning')
    const made = await call('POST', '/sources/turning/secrets', {})
    expect(made.status).toBe(201)
    expectShape(MadeSecret, made.body)
    const { id: second, value, rotation } = made.body as { id: string; value: string; rotation: unknown }
    expect(value).toMatch(/^[\w-]{43}$/)
    expect(rotation).toMatchObject({ previous: first, next: second })
    expect(await secretsOf('turning')).toEqual([first, second])
    expect((await call('POST', '/sources/turning/secrets', {})).status).toBe(409)

    expect(await call('DELETE', `/sources/turning/secrets/${first}`)).toEqual({ status: 204, body: {} })
    expect(await secretsOf('turning')).toEqual([second])
    expect((await call('DELETE', `/sources/turning/secrets/${first}`)).status).toBe(404)
  })

  test('do not all go by mistake: the last one is 409 unless it is forced', async () => {
    await call('POST', '/sources', { slug: 'last', secret: OWN })
    const [only = ''] = await secretsOf('last')
    expect((await call('DELETE', `/sources/last/secrets/${only}`)).status).toBe(409)
    expect(await secretsOf('last')).toEqual([only])
    expect((await call('DELETE', `/sources/last/secrets/${only}?force=true`)).status).toBe(204)
    expect(await secretsOf('last')).toEqual([])
  })

  test('that could be guessed are 400, and those of another source 404', async () => {
    await call('POST', '/sources', { slug: 'mine', secret: OWN })
    await call('POST', '/sources', { slug: 'other', secret: OWN })
    const weak = await call('POST', '/sources/mine/secrets', { value: 'hunter22' })
    expect(weak.status).toBe(400)
    expect(JSON.stringify(weak.body)).not.toContain('hunter22')
    const [others = ''] = await secretsOf('other')
    expect((await call('DELETE', `/sources/mine/secrets/${others}`)).status).toBe(404)
    expect(await secretsOf('other')).toEqual([others])
  })
})
