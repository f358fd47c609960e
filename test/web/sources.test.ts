import { afterAll, describe, expect, test } from 'bun:test'
import { entry, event } from '../support/entries'
import { openStream } from '../support/stream'
import { openSourcePages, SECRET } from './source-pages'
import { API_KEY } from './support'

const { site, cookies, page, post, add } = await openSourcePages()
const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: (request, own) => site.app.handle(Object.assign(request, { own })) })
afterAll(async () => {
  await server.stop(true)
  await site.close()
})
const secretIn = (html: string) => /WHATSAPP_HOOK_HMAC_KEY=([\w-]{43})/.exec(html)?.[1]

describe('adding a source', () => {
  test('begins with every sender that is known, and the way to find out', async () => {
    const html = await page('/connect')
    for (const sender of ['WAHA', 'Evolution API', 'Meta', 'find out']) expect(html).toContain(sender)
    expect(html).toContain('/connect?provider=auto')
  })

  test('goes on with its proof and what speaks against the other ways', async () => {
    const html = await page('/connect?provider=wppconnect-server')
    expect(html).toContain('URLs end up in the logs of proxies')
    expect(html).toContain('value="wppconnect-server"')
  })

  test("ends with the sender's own lines: the real URL and the new secret in them, shown this once", async () => {
    const made = await add({ slug: 'waha-1' })
    expect(made.status).toBe(201)
    const html = await made.text()
    expect(html).toContain(`WHATSAPP_HOOK_URL=${site.config.publicUrl}/api/whatsapp/waha-1/webhook`)
    const secret = secretIn(html) as string
    expect(site.sources.find('waha-1')?.secrets[0]?.value).toBe(secret)
    for (const path of ['/sources/waha-1', '/sources/waha-1/connect', '/sources']) expect(await page(path)).not.toContain(secret)
    expect(await page('/sources/waha-1/connect')).toContain('Waiting for the first event')
  })

  test('takes a secret that the sender has already', async () => {
    const given = `my-own-"secret"-of-${Date.now()}`
    const html = await (await add({ slug: 'waha-own', secret: given })).text()
    expect(html).toContain(Bun.escapeHTML(given))
    expect(site.sources.find('waha-own')?.secrets[0]?.value).toBe(given)
  })

  test('says what is wrong, and keeps what was typed', async () => {
    const refused = await add({ slug: 'Not A Slug', label: 'Mine' })
    expect(refused.status).toBe(400)
    const html = await refused.text()
    expect(html).toContain('lower-case letters')
    expect(html).toContain('value="Mine"')
    expect((await add({ slug: 'default' })).status).toBe(409)
    expect((await add({ slug: 'weak', secret: 'secret' })).status).toBe(400)
    expect((await add({ slug: 'odd', proof: 'made-up' })).status).toBe(400)
    expect((await add({ slug: 'odd', owner: 'made-up' })).status).toBe(400)
    expect((await add({ slug: 'odd', label: '' })).status).toBe(400)
    for (const slug of ['weak', 'odd']) expect(site.sources.find(slug)).toBeUndefined()
  })

  test('one that asks for no proof is marked as unsafe, one with its key in the URL as weak', async () => {
    await add({ slug: 'open', label: 'Open', proof: 'none' })
    await add({ slug: 'weak', label: 'Weak', proof: 'url-token' })
    expect(await page('/sources/open')).toContain('Unsafe: no proof')
    expect(await page('/sources/weak')).toContain('Weak: key in the URL')
  })
})

describe('a source', () => {
  test('shows its secrets by their last characters to admins, and to nobody else', async () => {
    const hint = `…${SECRET.slice(-4)}`
    expect(await page('/sources/default')).toContain(hint)
    for (const role of ['viewer', 'operator'] as const) {
      const html = await page('/sources/default', role)
      expect(html).not.toContain(hint)
      expect(html).not.toContain('id="source-secrets"')
      expect(html).not.toContain('Settings')
    }
    for (const role of ['admin', 'viewer'] as const) expect(await page('/sources/default', role)).not.toContain(SECRET)
  })

  test('is rotated: the new secret is shown once, both are live, and the facts say when the old one may go', async () => {
    await add({ slug: 'turning' })
    const rotated = await (await post('/sources/turning/secrets', {})).text()
    expect(rotated).toContain('No sender uses the new secret yet')
    const [old, fresh] = site.sources.find('turning')?.secrets ?? []
    expect(rotated).toContain(fresh?.value as string)
    expect(rotated).not.toContain(old?.value as string)
    expect((await post('/sources/turning/secrets', {})).status).toBe(409)
    site.sources.noteUse(fresh?.id as string)
    expect(await page('/sources/turning')).toContain('the old one can go')
    expect((await post(`/sources/turning/secrets/${old?.id}/retire`, {})).status).toBe(200)
    expect(site.sources.find('turning')?.secrets).toMatchObject([{ id: fresh?.id }])
    expect((await post(`/sources/turning/secrets/${fresh?.id}/retire`, {})).status).toBe(409)
  })

  test('a secret of another source cannot be retired through this one', async () => {
    const [other] = site.sources.default().secrets
    expect((await post(`/sources/turning/secrets/${other?.id}/retire`, {})).status).toBe(404)
  })

  test('is changed in all that can be set; its short name stays', async () => {
    const fields = { label: 'Renamed', provider: 'signed', owner: '', proof: 'jwt', staleAfter: '30', qrExpiresAfter: '', connectingTimeout: '90' }
    expect((await post('/sources/turning', fields)).status).toBe(200)
    expect(site.sources.find('turning')).toMatchObject({
      slug: 'turning',
      label: 'Renamed',
      provider: 'signed',
      schemes: [{ scheme: 'jwt' }],
      staleAfterMs: 1_800_000,
      qrExpiresAfterMs: null,
      connectingTimeoutMs: 90_000,
    })
    expect((await post('/sources/turning', { ...fields, staleAfter: 'soon' })).status).toBe(400)
  })

  test('keeps schemes that only the API can set when the form is saved', async () => {
    const body = JSON.stringify({ schemes: [{ scheme: 'api-key', header: 'x-mine' }] })
    await site.fetch('/api/v1/sources/turning', { method: 'PATCH', headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }, body })
    expect(await page('/sources/turning')).toContain('As it was set')
    await post('/sources/turning', { label: 'Again', provider: 'signed', owner: '', proof: 'kept' })
    expect(site.sources.find('turning')?.schemes).toEqual([{ scheme: 'api-key', header: 'x-mine' }])
  })

  test('is deleted only by its own name, and the default one never', async () => {
    expect((await post('/sources/turning/delete', { slug: 'waha-1' })).status).toBe(400)
    expect((await post('/sources/turning/delete', { slug: 'turning' })).status).toBe(303)
    expect((await site.fetch('/sources/turning', { headers: { cookie: cookies.admin } })).status).toBe(404)
    expect((await post('/sources/default/delete', { slug: 'default' })).status).toBe(409)
  })
})

describe('the stream of a source', () => {
  test('turns the waiting into the first event, and says nothing of secrets but that they changed', async () => {
    await add({ slug: 'live' })
    const source = site.sources.find('live')
    const stream = await openStream(new URL(`/live?topic=source:${source?.id}`, server.url).href, { cookie: cookies.viewer })
    const first = entry('newcomer', [event('session.qr', { session: { qr: '2@x' } })])
    await site.writeFor(source?.id as string, first)
    const heard = await stream.waitFor('First event received')
    expect(heard).toContain('newcomer')
    await post('/sources/live/secrets', {})
    await site.write(entry('shop', [event('session.connected')]))
    const changed = heard + (await stream.waitFor('event: secrets-changed'))
    for (const secret of site.sources.find('live')?.secrets ?? []) {
      expect(changed).not.toContain(secret.value)
      expect(changed).not.toContain(secret.value.slice(-4))
    }
    await stream.close()
  })
})
