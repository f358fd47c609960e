/** Every page with believable data, under the real content security policy: `bun test/views/support/preview.tsx`. */
import { Html } from '@elysiajs/html'
import { Glob } from 'bun'
import { STYLES } from '../../../views/assets/styles/index'
import { ErrorPage } from '../../../views/errors/show'
import { EventsPage } from '../../../views/events/index'
import { EventRow } from '../../../views/events/row'
import { EventPage } from '../../../views/events/show'
import type { Operator } from '../../../views/layouts/header'
import { WorstMark } from '../../../views/layouts/worst-mark'
import { announce, ids, partial, prepend } from '../../../views/live'
import { LoginPage } from '../../../views/login/new'
import { toDocument, toHtml } from '../../../views/render'
import { Counters, countSessions } from '../../../views/sessions/counters'
import { SessionsPage } from '../../../views/sessions/index'
import { readSessionsQuery, selectSessions } from '../../../views/sessions/query'
import { worstOf } from '../../../views/sessions/rank'
import { SessionRow } from '../../../views/sessions/row'
import { SessionPage } from '../../../views/sessions/show'
import { ApiKeysPage } from '../../../views/settings/api-keys'
import { SetupPage } from '../../../views/setup/new'
import { qrMatrix } from '../../../views/shared/qr'
import { fakeNight, XSS } from './fake'
import { fakeCalls, fakeDetail, fakeEvent, fakeMessages, fakeTransitions } from './fake-ledger'

const ROOT = new URL('../../../', import.meta.url).pathname
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const OPERATOR: Operator = { name: 'Mara Lindqvist', role: 'admin' }
const SETUP = { webhookUrl: 'http://localhost:3000/api/whatsapp/webhook', secretHint: 'WEBHOOK_SECRET, printed at the first start' }

const PACKAGED: Record<string, string> = { 'htmx.js': 'htmx.min.js', 'hx-sse.js': 'ext/hx-sse.min.js' }
const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

const BODY = `{"event":"message","session":"acme-support","payload":{"id":"false_4915112345678@c.us_3EB0C1A2B3C4","big":12036304123456789012,"ratio":1.10,"text":"${'<b>bold</b> \\u00e9\\n'}","ok":true,"none":null,"list":[1,2,{"deep":{"er":[[]]}}]}}`

/** Streams that are open; `say` sends to all. */
const streams = new Set<ReadableStreamDefaultController<Uint8Array>>()
const STARTED = Date.now()
let night = fakeNight(STARTED)

export interface Preview {
  url: URL
  stop(): void
  /** Changes one session, as the server would, and tells the streams. */
  change: typeof change
  /** Sends a new event row of this id. */
  tail(id: string): void
  resync(): void
  /** Ends all streams, as a restart would. */
  hangUp(): void
  reset(): void
}

export function startPreview(port = 0): Preview {
  const server = Bun.serve({ port, idleTimeout: 0, fetch: answer })
  return { url: server.url, stop: () => void server.stop(true), change, tail, resync: () => say('event: resync\ndata: 1\n\n'), hangUp, reset }
}

function say(frame: string): void {
  const bytes = new TextEncoder().encode(frame)
  for (const stream of streams) stream.enqueue(bytes)
}

function tail(id: string): void {
  const row = toHtml(<EventRow event={fakeEvent(0, { id }, Date.now())} />)
  say(`id: ${Date.now()}\ndata: ${prepend(row).replaceAll('\n', '\ndata: ')}\n\n`)
}

function hangUp(): void {
  for (const stream of streams) stream.close()
  streams.clear()
}

function reset(): void {
  night = fakeNight(Date.now())
}

function change(index: number, over: Partial<(typeof night)[number]>): void {
  const before = night[index]
  if (!before) return
  const after = { ...before, ...over }
  night = night.with(index, after)
  const html = [
    partial(ids.row(after.id), toHtml(<SessionRow session={after} now={Date.now()} />)),
    partial(ids.counts, toHtml(<Counters counts={countSessions(night)} />)),
    partial(ids.worst, toHtml(<WorstMark worst={worstOf(night)} />)),
    announce(after),
  ].join('')
  say(
    `id: ${Date.now()}\n${html
      .split('\n')
      .map((line) => `data: ${line}\n`)
      .join('')}\n`,
  )
  if (before.status !== after.status) say('event: sessions-changed\ndata: 1\n\n')
}

async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url)
  if (url.pathname.startsWith('/assets/')) return asset(url.pathname.slice(8))
  if (url.pathname.endsWith('/qr.svg')) return new Response('<svg xmlns="http://www.w3.org/2000/svg"/>', { headers: { 'content-type': 'image/svg+xml' } })
  if (url.pathname === '/live') return stream()
  const html = page(url)
  return html === null
    ? new Response('no such page', { status: 404 })
    : new Response(toDocument(html), { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CSP } })
}

function page(url: URL): JSX.Element | null {
  const now = Date.now()
  const worst = worstOf(night)
  const query = readSessionsQuery(url.searchParams)
  const choices = { sources: ['evolution-br', 'waha-1', 'wwebjs-eu', 'wwebjs-us'], owners: [{ id: 'op-2', name: 'Mara Lindqvist' }] }
  const show = (index: number): JSX.Element | null => {
    const session = night[index]
    if (!session) return null
    const matrix = session.qr?.code ? qrMatrix(session.qr.code) : null
    const events = Array.from({ length: 60 }, (_, each) => fakeEvent(each, {}, now))
    return (
      <SessionPage
        operator={OPERATOR}
        worst={worst}
        session={session}
        matrix={matrix}
        transitions={fakeTransitions(STARTED)}
        events={events}
        messages={fakeMessages(now)}
        calls={fakeCalls(now)}
        settings={{
          ownerId: session.owner?.id ?? null,
          owners: choices.owners,
          silences: [{ name: 'staleAfter', label: 'Connected and silent, minutes', value: null, usual: 15 }],
        }}
        now={now}
      />
    )
  }
  const named = night.findIndex((session) => url.pathname === `/sessions/${encodeURIComponent(session.source)}/${encodeURIComponent(session.name)}`)
  if (named >= 0) return show(named)
  switch (url.pathname) {
    case '/':
      return (
        <SessionsPage
          operator={OPERATOR}
          worst={worst}
          query={query}
          counts={countSessions(night)}
          sessions={selectSessions(night, query)}
          choices={choices}
          setup={SETUP}
          now={now}
        />
      )
    case '/empty':
      return (
        <SessionsPage
          operator={OPERATOR}
          worst={{ level: 'ok', count: 0 }}
          query={{}}
          counts={countSessions([])}
          sessions={[]}
          choices={{ sources: [], owners: [] }}
          setup={SETUP}
          now={now}
        />
      )
    case '/login':
      return <LoginPage email="mara@example.org" error="That e-mail and password do not belong together." next="/events" />
    case '/setup':
      return <SetupPage token="t0k3n" errors={{ password: 'That is 8 characters; at least 12 are needed.' }} name="Mara" />
    case '/error':
      return <ErrorPage status={Number(url.searchParams.get('status') ?? 500)} requestId="0198f2a1-5b1c" />
    case '/events':
      return (
        <EventsPage
          operator={OPERATOR}
          worst={worst}
          query={{ q: url.searchParams.get('q') ?? '' }}
          events={Array.from({ length: 80 }, (_, each) => fakeEvent(each, each % 9 === 0 ? { session: XSS, text: XSS } : {}, now))}
          older="c2"
          histogram={Array.from({ length: 90 }, (_, each) => ({ from: now - (90 - each) * 60_000, count: (each * 37) % 29 }))}
        />
      )
    case '/events/1':
      return <EventPage operator={OPERATOR} worst={worst} event={fakeDetail(BODY)} publicUrl="https://lines.example.org" />
    case '/events/2':
      return (
        <EventPage
          operator={OPERATOR}
          worst={worst}
          event={fakeDetail(Uint8Array.from({ length: 300 }, (_, each) => each % 256))}
          publicUrl="https://lines.example.org"
        />
      )
    case '/settings/api-keys':
      return (
        <ApiKeysPage
          operator={OPERATOR}
          worst={worst}
          now={now}
          created={{ name: XSS, key: 'lk_7f3kq9Zp0aVtWm2x8sYbDc4R' }}
          keys={[
            { id: 'k1', name: 'nightly export', start: 'lk_7f3k', scopes: ['read'], createdAt: now - 9e8, lastUsedAt: now - 9000 },
            { id: 'k2', name: XSS, start: 'lk_aa01', scopes: ['read', 'write', 'admin'], createdAt: now - 9e6, lastUsedAt: null },
          ]}
        />
      )
    case '/session/qr':
      return show(1)
    case '/session/code':
      return show(9)
    case '/session/loading':
      return show(6)
    case '/session/down':
      return show(8)
    case '/session/ok':
      return show(20)
    default:
      return null
  }
}

function stream(): Response {
  let own: ReadableStreamDefaultController<Uint8Array> | null = null
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      own = controller
      streams.add(controller)
      controller.enqueue(new TextEncoder().encode(': hello\n\n'))
    },
    cancel() {
      if (own) streams.delete(own)
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

async function asset(name: string): Promise<Response> {
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain'
  if (name === 'app.css') {
    const parts = await Promise.all(STYLES.map((style) => Bun.file(`${ROOT}views/assets/styles/${style}`).text()))
    return new Response(parts.join('\n'), { headers: { 'content-type': type } })
  }
  const packaged = PACKAGED[name]
  const known = packaged ? `${ROOT}node_modules/htmx.org/dist/${packaged}` : new Glob('*').match(name) ? `${ROOT}views/assets/${name}` : null
  return known ? new Response(Bun.file(known), { headers: { 'content-type': type } }) : new Response('no such asset', { status: 404 })
}

if (import.meta.main) console.log(`Preview at ${startPreview(Number(process.env.PORT ?? 0)).url}`)
