import { afterAll, expect, test } from 'bun:test'
import { listen } from '../../src/web/listen'
import { openSite } from './support'

const site = await openSite()
const listening = listen(site.app, { port: 0, host: '127.0.0.1', maxBodyBytes: 1024, reusePort: false })
afterAll(async () => {
  await listening.stop()
  await site.close()
})

/** What the server answers to these very characters, which no client would send. */
async function send(request: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  await Bun.connect({
    hostname: '127.0.0.1',
    port: Number(new URL(listening.url).port),
    socket: { open: (socket) => void socket.write(request), data: (_, bytes) => void (answer += bytes.toString()), close: () => resolve(answer) },
  })
  return promise
}

test.each(['/', '/login', '/healthz', '/api/v1/sessions', '/assets/nothing', '/nothing'])(
  'a Host that is none gets %s an answer of ours, never a page with source code',
  async (path) => {
    const answer = await send(`GET ${path} HTTP/1.1\r\nHost: ][\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 [234]/)
    expect(answer.toLowerCase()).toContain('content-security-policy')
    expect(answer).not.toContain('src/web')
    expect(site.failures).toEqual([])
  },
)

test('a port on which somebody listens is not shared in silence', () => {
  const port = Number(new URL(listening.url).port)
  expect(() => listen(site.app, { port, host: '127.0.0.1', maxBodyBytes: 1024, reusePort: false })).toThrow(`Port ${port} is in use`)
})
