import { afterAll, describe, expect, test } from 'bun:test'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { ask } from '../../src/control/answer'
import { openApi } from '../../src/control/client'
import { Patience } from '../../src/control/patience'
import { json, MISBEHAVIOURS, standIn } from './stand-ins/stand-in'

const KEY = 's3cret/key+with=signs'
const sender = standIn(({ headers }) => json({ success: true, host: headers.host }))
afterAll(() => sender.stop())
const Yes = Compile(Type.Object({ success: Type.Boolean(), host: Type.Optional(Type.String()) }, { additionalProperties: true }))
const api = (baseUrl = sender.url, signal?: AbortSignal) => openApi({ baseUrl, key: KEY, ...(signal && { signal }) }, { 'x-api-key': KEY })
const failureOf = async (path = '/x', timeoutMs = 300, baseUrl?: string) => {
  const told = await ask(api(baseUrl), { method: 'GET', path, timeoutMs }, Yes)
  if (told.ok) throw new Error('it did work')
  expect(JSON.stringify(told)).not.toContain(KEY)
  return told.failure
}

describe('asking a sender', () => {
  test('sends the key, and takes an answer of the right shape', async () => {
    const told = await ask(api(), { method: 'POST', path: '/a b'.replace(' ', '%20'), json: { a: 1 } }, Yes)
    expect(told).toEqual({ ok: true, value: { success: true, host: `127.0.0.1:${sender.port}` } })
    expect(sender.asked.at(-1)).toMatchObject({ method: 'POST', path: '/a%20b', body: { a: 1 }, headers: { 'x-api-key': KEY } })
  })

  test('goes below the path of the base URL', async () => {
    await ask(api(`${sender.url}/wa`), { method: 'GET', path: '/x' }, Yes)
    expect(sender.asked.at(-1)?.path).toBe('/wa/x')
    await ask(api(`${sender.url}/wa`), { method: 'GET', path: '/x', fromRoot: true }, Yes)
    expect(sender.asked.at(-1)?.path).toBe('/x')
  })

  const expected: Record<keyof typeof MISBEHAVIOURS, [string, RegExp]> = {
    hangs: ['timeout', /did not answer within/],
    'shows a web page': ['confused', /web page answered \(HTTP 502\)/],
    redirects: ['confused', /redirects \(HTTP 302\)/],
    'says nonsense': ['confused', /not JSON/],
    'says something else': ['confused', /never says/],
    'sends without end': ['confused', /larger than 8 MiB/],
  }
  for (const [name, how] of Object.entries(MISBEHAVIOURS)) {
    test(`ends in a sentence when the sender ${name}`, async () => {
      sender.misbehave(how)
      const { kind, message } = await failureOf('/x', name === 'hangs' ? 200 : 5_000)
      sender.misbehave(null)
      const [expectedKind, words] = expected[name as keyof typeof MISBEHAVIOURS]
      expect(kind).toBe(expectedKind as typeof kind)
      expect(message).toMatch(words)
    })
  }

  test('never follows a redirect, and so never carries the key away', async () => {
    const trap = standIn(() => json({ success: true }))
    sender.misbehave(() => new Response(null, { status: 307, headers: { location: trap.url } }))
    await failureOf()
    sender.misbehave(null)
    expect(trap.asked).toEqual([])
    await trap.stop()
  })

  test('tells statuses apart, with the words of the sender but without the key that stands in them', async () => {
    const cases: [number, unknown, string, RegExp][] = [
      [401, { message: 'Unauthorized', statusCode: 401 }, 'key', /refuses the key \(HTTP 401\)/],
      [403, { success: false, error: 'Invalid API key' }, 'key', /refuses the key \(HTTP 403\)/],
      [404, { status: 404, error: 'Not Found', response: { message: ['The "x" instance does not exist'] } }, 'missing', /The "x" instance does not exist/],
      [422, { error: `bad ${KEY} and ${encodeURIComponent(KEY)}` }, 'refused', /bad \[key\] and \[key\]/],
      [429, {}, 'refused', /too many requests/],
      [500, 'plain', 'refused', /failed \(HTTP 500\): “plain”/],
    ]
    for (const [status, body, kind, words] of cases) {
      sender.misbehave(() => json(body, status))
      const failure = await failureOf()
      expect([status, failure.kind]).toEqual([status, kind as typeof failure.kind])
      expect(failure.message).toMatch(words)
    }
    sender.misbehave(null)
  })

  test('ends in a sentence when nobody listens, the name is unknown, or the address is forbidden', async () => {
    const gone = standIn(() => json({}))
    await gone.stop()
    expect(await failureOf('/x', 2_000, gone.url)).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('refuses connections') })
    expect(await failureOf('/x', 5_000, 'http://no-such-host.invalid')).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('host name is not known'),
    })
    expect(await failureOf('/x', 2_000, 'http://169.254.169.254')).toMatchObject({ kind: 'address' })
    expect(await failureOf('/x', 2_000, sender.url.replace('http:', 'https:'))).toMatchObject({ kind: 'unreachable' })
  })

  test('ends at once when the server stops', async () => {
    const stopping = new AbortController()
    sender.misbehave(MISBEHAVIOURS.hangs)
    const asking = ask(api(sender.url, stopping.signal), { method: 'GET', path: '/x', timeoutMs: 60_000 }, Yes)
    stopping.abort()
    expect(await asking).toMatchObject({ ok: false, failure: { kind: 'stopping' } })
    expect(await ask(api(sender.url, stopping.signal), { method: 'GET', path: '/x' }, Yes)).toMatchObject({ ok: false, failure: { kind: 'stopping' } })
    sender.misbehave(null)
  })
})

test('a source that is down is asked more and more rarely, and at once again when it has answered', () => {
  let now = 0
  const patience = new Patience(
    () => now,
    () => 0.5,
  )
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    patience.failed('a', { kind: 'unreachable', message: '' })
    const from = now
    while (!patience.isDue('a')) now += 1_000
    waits.push((now - from) / 1_000)
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300])
  expect(patience.isDue('b')).toBe(true)
  patience.failed('a', { kind: 'unreachable', message: '' })
  patience.answered('a')
  expect(patience.isDue('a')).toBe(true)
  patience.failed('a', { kind: 'refused', message: '' })
  expect(patience.isDue('a')).toBe(true)
})
