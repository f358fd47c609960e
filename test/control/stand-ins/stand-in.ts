/** A sender's REST API on a free port, for tests: answers as the facts say (docs/control.md), or misbehaves when told to. */
export interface Asked {
  method: string
  /** Path and query. */
  path: string
  headers: Record<string, string>
  body: unknown
}

export type Answer = Response | Promise<Response>

export interface StandIn {
  url: string
  port: number
  /** Everything that it was asked, oldest first. */
  asked: Asked[]
  /** From now on it answers like this, whatever it is asked; null: as it should. */
  misbehave(how: ((asked: Asked) => Answer) | null): void
  /** Nobody listens any more. */
  stop(): Promise<void>
}

export function standIn(answer: (asked: Asked, parts: string[]) => Answer): StandIn {
  const asked: Asked[] = []
  let how: ((asked: Asked) => Answer) | null = null
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    async fetch(request) {
      const url = new URL(request.url)
      const text = await request.text()
      const one: Asked = {
        method: request.method,
        path: url.pathname + url.search,
        headers: Object.fromEntries(request.headers),
        body: text === '' ? undefined : JSON.parse(text),
      }
      asked.push(one)
      return how ? how(one) : answer(one, url.pathname.split('/').slice(1).map(decodeURIComponent))
    },
  })
  const port = server.port as number
  return { url: `http://127.0.0.1:${port}`, port, asked, misbehave: (next) => void (how = next), stop: () => server.stop(true) }
}

export const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8' } })

export const MISBEHAVIOURS = {
  hangs: () => new Promise<Response>(() => {}),
  'shows a web page': () =>
    new Response('<!doctype html><title>nginx</title><h1>502 Bad Gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
  redirects: () => new Response(null, { status: 302, headers: { location: 'http://example.org/' } }),
  'says nonsense': () => new Response('{"success"', { headers: { 'content-type': 'application/json' } }),
  'says something else': () => json({ hello: 'world' }),
  'sends without end': () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(1 << 20))
        },
      }),
    ),
} satisfies Record<string, (asked: Asked) => Answer>
