import { afterAll, describe, expect, test } from 'bun:test'
import { createOperator, ensureFirstOperator, ensureSetupToken } from '../../src/web/auth/operators'
import { safePath } from '../../src/web/dashboard/login'
import { cookieHeader, logIn, openSite, PASSWORD, postForm } from './support'

const site = await openSite()
afterAll(() => site.close())
const sql = site.database.write

describe('set-up', () => {
  test('a new installation has one link, which makes the first operator and logs them in', async () => {
    const token = (await ensureSetupToken(sql, Date.now())) as string
    expect(token.length).toBeGreaterThan(40)
    expect((await site.fetch(`/setup?token=${token}`)).status).toBe(200)
    const response = await postForm(site, '/setup', { token, name: 'Grace', email: 'Grace@Example.org', password: PASSWORD })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/')
    const page = await site.fetch('/', { headers: { cookie: cookieHeader(response) } })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('data-role="admin"')
    expect((await site.fetch(`/setup?token=${token}`)).status).toBe(410)
    expect((await postForm(site, '/setup', { token, name: 'Eve', email: 'eve@example.org', password: PASSWORD })).status).toBe(410)
    expect(await ensureSetupToken(sql, Date.now())).toBeNull()
  })

  test('the token is stored as a hash only', async () => {
    const [row] = await sql`select count(*)::int as n from settings where key = 'setup_token'`
    expect(row?.n).toBe(0)
  })

  test('a wrong token shows nothing, and a bad password is told at its field', async () => {
    const fresh = await openSite()
    const old = (await ensureSetupToken(fresh.database.write, Date.now())) as string
    const token = (await ensureSetupToken(fresh.database.write, Date.now())) as string
    expect((await fresh.fetch('/setup?token=wrong')).status).toBe(410)
    expect((await fresh.fetch(`/setup?token=${old}`)).status).toBe(410)
    const [row] = await fresh.database.write`select value::text as value from settings where key = 'setup_token'`
    expect(row?.value).not.toContain(token)
    const response = await postForm(fresh, '/setup', { token, name: 'Grace', email: 'grace@example.org', password: 'short' })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('At least 12 characters')
    const both = await Promise.all([1, 2].map((n) => postForm(fresh, '/setup', { token, name: 'Grace', email: `grace${n}@example.org`, password: PASSWORD })))
    expect(both.map((r) => r.status).sort()).toEqual([303, 410])
    await fresh.close()
  })

  test('ADMIN_EMAIL makes the first operator only', async () => {
    expect(await ensureFirstOperator(sql, 'second@example.org', PASSWORD, Date.now())).toBe(false)
  })
})

describe('log-in', () => {
  test('cookies are out of reach of scripts and of other sites', async () => {
    const response = await postForm(site, '/login', { email: 'grace@example.org', password: PASSWORD, next: '/events?q=x' })
    expect(response.headers.get('location')).toBe('/events?q=x')
    for (const cookie of response.headers.getSetCookie()) {
      expect(cookie).toMatch(/^linekeeper/)
      expect(cookie).toMatch(/HttpOnly/i)
      expect(cookie).toMatch(/SameSite=Lax/i)
    }
  })

  test('with https they are __Host- cookies', async () => {
    const secure = await openSite({ PUBLIC_URL: 'https://lines.example.org' })
    await createOperator(secure.database.write, { name: 'Grace', email: 'grace@example.org', password: PASSWORD, role: 'viewer' }, Date.now())
    const response = await postForm(secure, '/login', { email: 'grace@example.org', password: PASSWORD })
    for (const cookie of response.headers.getSetCookie()) {
      expect(cookie).toMatch(/^__Host-linekeeper/)
      expect(cookie).toMatch(/; Secure/i)
      expect(cookie).toMatch(/; Path=\/(;|$)/i)
      expect(cookie).not.toMatch(/Domain=/i)
    }
    expect(response.headers.get('strict-transport-security')).toContain('max-age=')
    expect((await secure.fetch('/', { headers: { cookie: cookieHeader(response) } })).status).toBe(200)
    await secure.close()
  })

  test('an unknown address and a wrong password read the same and take alike', async () => {
    const answers = await Promise.all(
      ['grace@example.org', 'nobody@example.org', 'no address'].map((email) => postForm(site, '/login', { email, password: 'wrong password' })),
    )
    expect(answers.map((r) => r.status)).toEqual([401, 401, 401])
    const texts = await Promise.all(answers.map((r) => r.text()))
    expect(texts.every((text) => text.includes('do not belong together'))).toBe(true)
  })

  test('log-out ends the log-in on the server too', async () => {
    const cookie = await logIn(site, 'grace@example.org')
    expect((await site.fetch('/', { headers: { cookie } })).status).toBe(200)
    const [before] = await sql`select count(*)::int as n from logins`
    const response = await postForm(site, '/logout', {}, { cookie })
    expect(response.headers.get('location')).toBe('/login')
    const [after] = await sql`select count(*)::int as n from logins`
    expect(after?.n).toBe((before?.n as number) - 1)
    const token = cookie.split('; ').find((part) => part.startsWith('linekeeper=')) as string
    expect((await site.fetch('/', { headers: { cookie: token } })).status).toBe(303)
  })

  test('after the log-out a copy of the cookies opens nothing, although they say for a while who one is', async () => {
    const cookie = await logIn(site, 'grace@example.org')
    await postForm(site, '/logout', {}, { cookie })
    expect((await site.fetch('/', { headers: { cookie } })).status).toBe(303)
    expect((await site.fetch('/live?topic=sessions', { headers: { cookie } })).status).toBe(401)
    expect((await site.fetch('/api/v1/sessions', { headers: { cookie } })).status).toBe(401)
  })

  test('tries are limited per account, from wherever they come', async () => {
    const strict = await openSite({ RATE_LIMIT_LOGIN: '2' })
    await createOperator(strict.database.write, { name: 'Grace', email: 'grace@example.org', password: PASSWORD, role: 'viewer' }, Date.now())
    const tries = []
    for (let i = 0; i < 3; i++) tries.push(await postForm(strict, '/login', { email: 'GRACE@example.org', password: 'wrong' }))
    expect(tries.map((r) => r.status)).toEqual([401, 401, 429])
    expect(Number(tries[2]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await postForm(strict, '/login', { email: 'grace@example.org', password: PASSWORD })).status).toBe(429)
    await strict.close()
  })

  test('a forged cookie is nobody', async () => {
    expect((await site.fetch('/', { headers: { cookie: 'linekeeper=abc.def; linekeeper-data=e30' } })).status).toBe(303)
  })

  test('after the log-in a browser is only ever sent to a path of ours', () => {
    expect(['/events', '/', '//evil.example', '/\\evil.example', 'https://evil.example', '/\tx', null].map(safePath)).toEqual([
      '/events',
      '/',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  test('a next page that no header can carry is passed over', async () => {
    const cookie = await logIn(site, 'grace@example.org')
    for (const next of ['/%E6%97%A5', '/%00', '/%01', '/%7F', '/%20x']) {
      const response = await site.fetch(`/login?next=${next}`, { headers: { cookie } })
      expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    }
  })

  test("nobody signs up: none of better-auth's own routes exists", async () => {
    for (const path of ['/api/auth/sign-up/email', '/auth/sign-up/email', '/sign-up/email']) {
      expect((await postForm(site, path, { email: 'x@example.org', password: PASSWORD, name: 'x' })).status).toBe(404)
    }
  })
})

test('a request that another site makes a browser send is refused', async () => {
  const cookie = await logIn(site, 'grace@example.org')
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
    expect((await postForm(site, '/settings/api-keys', { name: 'x', scopes: 'read' }, { ...headers, cookie })).status).toBe(403)
  }
  const bare = (headers: Record<string, string>) =>
    site.fetch('/logout', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
  expect((await bare({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await bare({})).status).toBe(403)
  expect((await bare({ origin: 'http://localhost:3000' })).status).toBe(303)
  expect((await bare({ origin: 'http://192.168.1.5:3000', host: '192.168.1.5:3000' })).status).toBe(303)
})
