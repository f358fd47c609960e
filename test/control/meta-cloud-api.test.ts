import { afterAll, describe, expect, test } from 'bun:test'
import { metaCloudApi } from '../../src/control/controllers/meta-cloud-api'
import { failure, link, value } from './asking'
import { META_ACCOUNT, META_TOKEN, metaStandIn } from './stand-ins/meta-cloud-api'

const server = metaStandIn(2)
afterAll(() => server.stop())
const { numbers } = server
const { api } = link(metaCloudApi, server, `${META_ACCOUNT}:${META_TOKEN}`)
const known = (id: string, status?: string) =>
  numbers.set(id, { id, ...(status !== undefined && { status }), display_phone_number: '+1 555-078-3881', verified_name: 'Jasper’s Market' })

describe('Meta’s Cloud API', () => {
  test('tells how a number is, with its account while it is connected', async () => {
    known('106540352242922', 'CONNECTED')
    expect(await value(metaCloudApi.status?.(api, '106540352242922'))).toEqual({
      status: 'connected',
      account: { id: '15550783881', name: 'Jasper’s Market' },
    })
    expect(server.asked.at(-1)).toMatchObject({ method: 'GET', path: '/106540352242922?fields=id,status,display_phone_number,verified_name' })
    expect(server.asked.at(-1)?.headers.authorization).toBe(`Bearer ${META_TOKEN}`)
    for (const [word, reason] of [
      ['BANNED', 'banned'],
      ['DELETED', 'logged_out'],
      ['MIGRATED', 'logged_out'],
      ['OFFLINE', 'network'],
      ['DISCONNECTED', 'unknown'],
    ] as const) {
      known('2', word)
      expect(await value(metaCloudApi.status?.(api, '2'))).toEqual({ status: 'disconnected', reason, detail: word })
    }
  })

  test('and words for limits, or that nobody knows, move nothing', async () => {
    for (const word of ['FLAGGED', 'RESTRICTED', 'RATE_LIMITED', 'PENDING', 'SOMETHING_NEW']) {
      known('2', word)
      expect(await value(metaCloudApi.status?.(api, '2'))).toEqual({ detail: word })
    }
    known('2')
    expect(await value(metaCloudApi.status?.(api, '2'))).toEqual({})
  })

  test('lists the numbers of the business account page by page, without following a link that holds the token', async () => {
    numbers.clear()
    for (const id of ['11', '12', '13', '14', '15']) known(id, id === '13' ? 'BANNED' : 'CONNECTED')
    const before = server.asked.length
    const listed = await value(metaCloudApi.list?.(api))
    expect(listed.map(({ name, answer }) => [name, answer?.status])).toEqual([
      ['11', 'connected'],
      ['12', 'connected'],
      ['13', 'disconnected'],
      ['14', 'connected'],
      ['15', 'connected'],
    ])
    expect(server.asked.slice(before).map(({ path }) => path.replace(/^.*limit=100/, ''))).toEqual(['', '&after=2', '&after=4'])
    expect(server.asked.some(({ path }) => path.includes(META_TOKEN))).toBe(false)
  })

  test('with a token alone tells states, and says what is missing for a list', async () => {
    known('11', 'CONNECTED')
    const own = link(metaCloudApi, server, META_TOKEN).api
    expect(await value(metaCloudApi.status?.(own, '11'))).toMatchObject({ status: 'connected' })
    expect(await failure(metaCloudApi.list?.(own))).toMatchObject({ kind: 'key', message: expect.stringContaining('<business account id>:<access token>') })
  })

  test('is understood by its codes, whatever the HTTP status, and its words about a token are not repeated', async () => {
    const says = async (code: number, subcode?: number) => {
      server.misbehave(() => Response.json({ error: { message: `About ${META_TOKEN}`, code, error_subcode: subcode } }, { status: 400 }))
      const told = await failure(metaCloudApi.status?.(api, '11'))
      server.misbehave(null)
      expect(told.message).not.toContain(META_TOKEN)
      return told.kind
    }
    expect(await says(190)).toBe('key')
    expect(await says(200)).toBe('key')
    expect(await says(100, 33)).toBe('missing')
    expect(await says(80008)).toBe('refused')
    expect(await failure(metaCloudApi.status?.(api, 'nobody'))).toMatchObject({ kind: 'missing' })
    server.misbehave(() => Response.json({ error: { message: `About ${META_TOKEN}`, code: 131000 } }, { status: 500 }))
    expect((await failure(metaCloudApi.status?.(api, '11'))).message).toBe('The sender failed (HTTP 500): “About [key]”')
    server.misbehave(null)
  })

  test('has nothing to start, stop or scan', () => {
    const { start, stop, restart, logout, pairingCode, qr } = metaCloudApi
    expect([start, stop, restart, logout, pairingCode, qr]).toEqual([undefined, undefined, undefined, undefined, undefined, undefined])
  })
})
