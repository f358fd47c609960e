import { afterAll, describe, expect, test } from 'bun:test'
import { entry, event, message } from '../support/entries'
import { logInAll, openSite } from './support'

const site = await openSite()
afterAll(() => site.close())
const cookies = await logInAll(site)
const get = (path: string, headers: Record<string, string> = {}) => site.fetch(path, { headers: { cookie: cookies.viewer, ...headers } })
const text = async (path: string) => (await get(path)).text()

const XSS = `<img src=x onerror=alert(1)>"'&`
const AWKWARD = 'a/b c?d#e%2F☎'

describe('pages', () => {
  test('before anything has arrived the first page says what to do', async () => {
    expect(await text('/')).toContain(`${site.config.publicUrl}/api/whatsapp/webhook`)
  })

  test('a session is found on its page under any name that a sender chose', async () => {
    await site.write(entry(AWKWARD, [event('session.qr', { session: { qr: '2@code' } })]))
    const response = await get(`/sessions/default/${encodeURIComponent(AWKWARD)}`)
    expect(response.status).toBe(200)
    const page = await response.text()
    expect(page).toContain('<svg class="qr"')
    const [, link] = /href="(\/sessions\/default\/[^"#]+)"/.exec(await text('/')) ?? []
    expect((await get(link as string)).status).toBe(200)
  })

  test('what senders write is text, wherever it is shown', async () => {
    await site.write(entry(XSS, [event('session.disconnected', { session: { reason: 'unknown', detail: XSS } })]))
    const written = await site.write(entry(XSS, [message('message.received', `X${XSS}`, { message: { text: XSS, chat: XSS, from: XSS } })]))
    for (const path of [
      '/',
      `/sessions/default/${encodeURIComponent(XSS)}`,
      '/events',
      `/events/${written.id}`,
      `/?q=${encodeURIComponent(XSS)}`,
      `/events?q=${encodeURIComponent(XSS)}`,
    ]) {
      const response = await get(path)
      expect([path, response.status]).toEqual([path, 200])
      expect(await response.text()).not.toContain('<img src=x')
    }
  })

  test('the filter of the URL selects, and only what it selects is shown', async () => {
    const page = await text('/?status=qr')
    expect(page).toContain('c?d#e')
    expect(page).not.toContain('onerror')
  })

  test('events are searched by qualifiers; what is not understood is told', async () => {
    expect(await text(`/events?q=${encodeURIComponent('type:session.* since:1h')}`)).toContain('session.qr')
    expect(await text(`/events?q=${encodeURIComponent('type:message.received')}`)).not.toContain('>session.qr<')
    expect(await text(`/events?q=${encodeURIComponent('colour:red')}`)).toContain('is not known')
    expect(await text(`/events?q=${encodeURIComponent('since:tomorrow')}`)).toContain('is no time')
  })

  test('carry a strict policy, allow nothing inline, and are never cached', async () => {
    const response = await get('/')
    const { headers } = response
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('strict-transport-security')).toBeNull()
    const page = await response.text()
    expect(page).not.toMatch(/<style|<script>|<[^>]*\son\w+=|<[^>]*style="/)
  })

  test('are compressed for those who take it', async () => {
    const response = await get('/', { 'accept-encoding': 'gzip, br' })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(new TextDecoder().decode(Bun.gunzipSync(await response.bytes()))).toContain('<!doctype html>')
  })
})

describe('failures', () => {
  test('a page that is not there says so, with the request id', async () => {
    const response = await get('/nowhere', { 'x-request-id': 'proxy-1234' })
    expect(response.status).toBe(404)
    expect(response.headers.get('x-request-id')).toBe('proxy-1234')
    expect(await response.text()).toContain('proxy-1234')
    expect((await get('/sessions/default/nobody')).status).toBe(404)
    expect((await get('/events/nonsense')).status).toBe(404)
    expect((await get(`/events?cursor=${'x'.repeat(50)}`)).status).toBe(400)
  })

  test('an id that could break a log line is not taken over', async () => {
    const response = await get('/', { 'x-request-id': 'a b {"x"}' })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('htmx gets a flash, and is sent to the log-in as a whole when it has expired', async () => {
    const flash = await get('/sessions/default/nobody', { 'hx-request': 'true' })
    expect(await flash.text()).toStartWith('<p class="flash error"')
    const expired = await site.fetch('/events', { headers: { 'hx-request': 'true' } })
    expect(expired.status).toBe(401)
    expect(expired.headers.get('hx-redirect')).toBe('/login?next=%2Fevents')
  })

  test('a bug shows its request id and nothing else', async () => {
    const broken = await openSite()
    const { viewer } = await logInAll(broken)
    await broken.database.write`alter table transitions rename to gone`
    await broken.database.write`insert into sessions (session_id, source_id, name, provider, status, since, seq, state, tally, pulse, created_at, updated_at)
      values (gen_random_uuid(), ${broken.source.id}, 'y', 'p', 'new', now(), 1, '{"status":"new","drops":[]}', '{"lastOf":{},"past":{"from":0,"counts":[]}}', '[null,1,0,0,0,null,0,0]', now(), now())`
    const response = await broken.fetch('/sessions/default/y', { headers: { cookie: viewer } })
    expect(response.status).toBe(500)
    const page = await response.text()
    expect(page).toContain(response.headers.get('x-request-id') as string)
    expect(page).not.toContain('transitions')
    expect(String(broken.failures.at(-1))).toContain('transitions')
    await broken.close()
  })
})

describe('assets', () => {
  test('everything a page links to is there, with a validator', async () => {
    const page = await text('/')
    const links = [...page.matchAll(/(?:src|href)="(\/assets\/[^"#]+)/g)].map(([, link]) => link as string)
    expect(links.length).toBeGreaterThan(4)
    for (const link of new Set(links)) {
      const response = await site.fetch(link, { headers: { 'accept-encoding': 'gzip' } })
      expect([link, response.status]).toEqual([link, 200])
      if (/\.(?:css|js)/.test(link)) expect([link, response.headers.get('cache-control')]).toEqual([link, 'public, max-age=31536000, immutable'])
      const again = await site.fetch(link, { headers: { 'if-none-match': response.headers.get('etag') as string } })
      expect(again.status).toBe(304)
    }
    // While two versions are running, one's link must not keep the other's content for a year.
    expect((await site.fetch('/assets/app.css?v=1')).headers.get('cache-control')).toContain('must-revalidate')
    expect((await site.fetch('/assets/..%2f..%2fpackage.json')).status).toBe(404)
  })
})
