import { afterAll, beforeAll, expect, test } from 'bun:test'
import { KEY } from '../support/life'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'

const readme = await Bun.file(new URL('../../README.md', import.meta.url)).text()

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ API_KEY: KEY })
}, STARTING_MS)
afterAll(() => server.stop())

/** The function `post` of the README, without a curl: CI has none. */
function curlOf(text: string): { url: string; headers: [string, string][] } {
  const [, line = ''] = /^post\(\) \{ (curl .+) \}$/m.exec(text) ?? []
  const [, url = ''] = /curl "([^"]+)"/.exec(line) ?? []
  const headers = [...line.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name = '', value = '']): [string, string] => [name, value])
  // Nothing that is not understood here.
  expect(line).toBe(`curl "${url}" ${headers.map(([name, value]) => `-H "${name}: ${value}"`).join(' ')} -d "$1";`)
  return { url, headers }
}

function bodiesOf(text: string): string[] {
  return [...text.matchAll(/^post '([^']+)'/gm)].map(([, body = '']) => body)
}

async function post(body: string): Promise<unknown> {
  const { url, headers } = curlOf(readme)
  const given = headers.map(([name, value]): [string, string] => [name, value.replace('$WEBHOOK_SECRET', SECRET)])
  // What curl says of itself and of `-d`, whatever is in it, unless a -H says otherwise.
  const sent = new Headers([['content-type', 'application/x-www-form-urlencoded'], ['user-agent', 'curl/8.5.0'], ['accept', '*/*'], ...given])
  const answer = await fetch(url.replace('http://localhost:3000', server.url), { method: 'POST', headers: sent, body })
  return answer.json()
}

async function session(): Promise<unknown> {
  return (await fetch(`${server.url}/api/v1/sessions/default/hello`, { headers: { 'x-api-key': KEY } })).json()
}

test('what the README tells to try shows a QR code, and then a session that is connected', async () => {
  const [qr = '', ready = '', ...others] = bodiesOf(readme)
  expect(others).toEqual([])
  const kept = { ok: true, id: expect.any(String), duplicate: false }
  expect(await post(qr)).toEqual(kept)
  expect(await session()).toMatchObject({ status: 'qr', provider: 'wwebjs-api', qr: { code: '2@hello' } })
  expect(await post(ready)).toEqual(kept)
  expect(await session()).toMatchObject({ status: 'connected', qr: null })
})
