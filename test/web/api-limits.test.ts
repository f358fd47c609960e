import { afterAll, describe, expect, test } from 'bun:test'
import { createApiKey } from '../../src/web/auth/api-keys'
import { createOperator } from '../../src/web/auth/operators'
import { openSite, PASSWORD, postForm, type TestSite, withKey } from './support'

const PER_KEY = 1_200
const LOGINS = 2
/** An office has one address and many people. */
const PER_ADDRESS = 3 * LOGINS

const site = await openSite({ TRUSTED_PROXIES: '1', RATE_LIMIT_LOGIN: String(LOGINS) })
afterAll(() => site.close())

describe('the JSON API', () => {
  test('takes 1,200 requests of a key in a minute, then answers 429 and when to come back; other keys do not notice', async () => {
    await createOperator(site.database.write, { name: 'Grace', email: 'grace@example.org', password: PASSWORD, role: 'admin' }, Date.now())
    const [operator] = await site.database.read<{ id: string }[]>`select id from operators`
    const keys = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const input = { name, scopes: ['admin'] as const, operatorId: operator?.id as string }
        return (await createApiKey(site.database.write, input, Date.now())).key
      }),
    )
    const ask = (key: string | undefined) => site.fetch('/api/v1/sources', withKey(key))
    const statuses = await Promise.all(Array.from({ length: PER_KEY }, async () => (await ask(keys[0])).status))
    expect(new Set(statuses)).toEqual(new Set([200]))
    const refused = await ask(keys[0])
    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, 'application/problem+json'])
    expect(Number(refused.headers.get('retry-after'))).toBeWithin(1, 61)
    expect(await refused.json()).toMatchObject({ detail: 'More than 1200 requests in a minute' })
    expect((await ask(keys[1])).status).toBe(200)
  })
})

describe('log-ins', () => {
  test('are limited per address too, whatever accounts are tried from there; other addresses do not notice', async () => {
    const attempts = []
    for (let nth = 0; nth < PER_ADDRESS; nth++) attempts.push((await tryFrom(site, '192.0.2.7', `somebody-${nth}@example.org`)).status)
    expect(attempts).toEqual(Array(PER_ADDRESS).fill(401))
    const refused = await tryFrom(site, '192.0.2.7', 'nobody-yet@example.org')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60)
    expect(await refused.text()).toContain('Too many tries to log in')
    expect((await tryFrom(site, '192.0.2.8', 'nobody-yet@example.org')).status).toBe(401)
  })
})

function tryFrom(at: TestSite, address: string, email: string): Promise<Response> {
  return postForm(at, '/login', { email, password: 'wrong password' }, { 'x-forwarded-for': address })
}
