import { afterAll, describe, expect, test } from 'bun:test'
import { BodyReader } from '../../src/web/body'

const KIB = 1024
const reader = new BodyReader({ each: 1024 * KIB, together: 4096 * KIB })
const timeouts: number[] = []
const server = Bun.serve({
  port: 0,
  idleTimeout: 2,
  async fetch(request, self) {
    const patience = {
      timeout(one: Request, seconds: number) {
        timeouts.push(seconds)
        self.timeout(one, seconds)
      },
    }
    try {
      return new Response(String(await reader.use(request, async (body) => body.byteLength, patience)))
    } catch (cause) {
      return new Response((cause as { code?: string }).code ?? 'bug', { status: 503 })
    }
  },
})
afterAll(() => server.stop(true))

/** Announces a body and sends only the beginning of it; tells whether the server hung up. */
async function announce(bytes: number): Promise<{ end(): void; closed: Promise<string> }> {
  let heard = ''
  const { promise: closed, resolve } = Promise.withResolvers<string>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: server.port as number,
    socket: {
      open: (one) => void one.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\nbegun`),
      data: (_, chunk) => void (heard += chunk.toString()),
      close: () => resolve(heard),
    },
  })
  return { end: () => socket.end(), closed }
}

const post = (bytes: number) => fetch(server.url, { method: 'POST', body: 'x'.repeat(bytes) }).then((answer) => answer.text())

describe('bodies that are announced but do not come', () => {
  test('hold three quarters of the memory at most: small ones still pass', async () => {
    const announced = await Promise.all([1, 2, 3].map(() => announce(1024 * KIB)))
    while (reader.held < 3 * 1024 * KIB) await Bun.sleep(1)
    expect(await post(1024 * KIB)).toBe('unavailable')
    expect(await post(60 * KIB)).toBe(String(60 * KIB))
    for (const one of announced) one.end()
    while (reader.held > 0) await Bun.sleep(1)
    expect(await post(1024 * KIB)).toBe(String(1024 * KIB))
  })

  test('are hung up on; a small one after the time for idle connections, a large one after the time that its size needs', async () => {
    timeouts.length = 0
    const small = await announce(10 * KIB)
    expect(await small.closed).toBe('')
    expect(reader.held).toBe(0)
    const large = await announce(1024 * KIB)
    while (reader.held === 0) await Bun.sleep(1)
    expect(timeouts).toEqual([30 + 8])
    large.end()
  })
})

test('a body that comes slower than the idle time, but comes, is taken', async () => {
  let heard = ''
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: server.port as number,
    socket: {
      data(_, chunk) {
        heard += chunk.toString()
        resolve()
      },
      close: () => resolve(),
    },
  })
  const parts = 70
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${parts * KIB}\r\n\r\n`)
  // Six seconds: Bun cuts off after four, its clock ticking every four.
  for (let part = 0; part < parts; part++) {
    socket.write('x'.repeat(KIB))
    await Bun.sleep(85)
  }
  await done
  expect(heard).toEndWith(String(parts * KIB))
  socket.end()
}, 15_000)
