import { afterAll, describe, expect, test } from 'bun:test'
import { entry, event, message } from '../support/entries'
import { logInAll, openSite, withKey } from '../web/support'

const site = await openSite()
afterAll(() => site.close())
const cookies = await logInAll(site)

/** A page's stream, with everything it was told so far. */
async function listen(path: string, headers: Record<string, string>) {
  const response = await site.fetch(path, { headers })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    response,
    close: () => reader.cancel(),
    /** Waits until the stream has said something that matches, and forgets what it said up to then. */
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        const { value, done } = await reader.read()
        if (done) throw new Error(`the stream ended; it said ${text}`)
        text += decoder.decode(value, { stream: true })
      }
      const said = text
      text = ''
      return said
    },
  }
}

const asViewer = { cookie: cookies.viewer }

describe('the stream of a page', () => {
  test('answers 401 without a log-in, never a redirect, and 404 for a topic that is none', async () => {
    expect((await site.fetch('/live?topic=sessions')).status).toBe(401)
    for (const topic of ['', 'nonsense', 'session:nonsense', 'json:sessions'])
      expect((await site.fetch(`/live?topic=${topic}`, { headers: asViewer })).status).toBe(404)
  })

  test('of the sessions shows a row as it changes, the counters, and that rows moved', async () => {
    const stream = await listen('/live?topic=sessions', asViewer)
    expect(stream.response.headers.get('content-type')).toStartWith('text/event-stream')
    await site.write(entry('sales', [event('session.qr', { session: { qr: '2@code' } })]))
    const said = await stream.until(/sessions-changed/)
    expect(said).toContain('hx-target="#counts"')
    expect(said).toContain('hx-target="#worst"')
    expect(said).toMatch(/hx-target="#session-[0-9a-f-]{36}"/)
    await site.write(entry('sales', [event('session.connected')]))
    expect(await stream.until(/id: [\w.]+\nevent: sessions-changed/)).toContain('hx-target="#announce"')
    await stream.close()
  })

  test('of one session shows the fragments that changed and each new event once', async () => {
    const written = entry('one', [event('session.connected')])
    await site.write(written)
    const stream = await listen(`/live?topic=session:${written.sessionId}`, asViewer)
    await stream.until(/: ok/)
    const first = entry('one', [message('message.received', 'M1')])
    await site.write(first)
    const said = await stream.until(/session-messages/)
    expect(said).toContain(`event-${first.events[0]?.id}`)
    expect(said).toContain('hx-swap="afterbegin"')
    const last = entry('one', [event('session.disconnected', { session: { reason: 'network' } })])
    await site.write(last)
    const more = await stream.until(/session-timeline/)
    expect(more).toContain('session-head')
    expect(more).toContain(`event-${last.events[0]?.id}`)
    expect(more).not.toContain(`event-${first.events[0]?.id}`)
    await stream.close()
  })

  test('of the events shows new rows on top', async () => {
    const stream = await listen('/live?topic=events', asViewer)
    const written = await site.write(entry('tail', [event('presence.update')]))
    expect(await stream.until(new RegExp(`event-${written.id}`))).toContain('hx-target="#tail"')
    await stream.close()
  })

  test('that lost its connection resumes after the last message it saw', async () => {
    const stream = await listen('/live?topic=sessions', asViewer)
    const witness = await listen('/live?topic=sessions', asViewer)
    await site.write(entry('resume', [event('session.qr', { session: { qr: '2@1' } })]))
    const said = await stream.until(/sessions-changed\ndata: 1\n\n$/)
    await stream.close()
    const lastId = [...said.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] as string
    await site.write(entry('resume', [event('session.connected')]))
    await witness.until(/resume: Connected/i)
    const again = await listen('/live?topic=sessions', { ...asViewer, 'last-event-id': lastId })
    expect(await again.until(/resume: Connected/i)).not.toContain('resync')
    await again.close()
    await witness.close()
  })

  test('the API has the same as JSON, under names that its users know', async () => {
    const { headers } = withKey()
    const sessions = await listen('/api/v1/stream?topic=sessions', headers)
    const one = await listen('/api/v1/stream?topic=session:default/sales', headers)
    const events = await listen('/api/v1/stream?topic=events', headers)
    await Promise.all([sessions, one, events].map((stream) => stream.until(/: ok/)))
    await site.write(entry('sales', [event('session.disconnected', { session: { reason: 'logged_out' } })]))
    for (const stream of [sessions, one]) expect(await stream.until(/event: session\n/)).toContain('"status":"disconnected","reason":"logged_out"')
    expect(await events.until(/event: event\n.*session\.disconnected/)).toContain('"session":"sales"')
    await Promise.all([sessions, one, events].map((stream) => stream.close()))
  })

  test('the API says resync when events are told that arrived long ago, out of a journal', async () => {
    const events = await listen('/api/v1/stream?topic=events', withKey().headers)
    await events.until(/: ok/)
    await site.write(entry('away', [event('session.connected')]))
    await events.until(/event: event\n.*"session":"away"/)
    await site.write(entry('away', [message('message.received', 'AWAY')], Date.now() - 60_000))
    expect(await events.until(/event: (resync|event)/)).toContain('event: resync')
    await events.close()
  })

  test('the API tells every event of a large batch, and says resync rather than leave some out', async () => {
    const events = await listen('/api/v1/stream?topic=events', withKey().headers)
    await events.until(/: ok/)
    const many = (count: number) => Array.from({ length: count }, (_, nth) => message('message.received', `MANY${count}-${nth}`))
    await site.write(entry('many', many(200)))
    const said = await events.until(/MANY200-199/)
    const told = [...said.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string) as { session: string; messageId: string | null })
    expect(told.filter(({ session }) => session === 'many').length).toBe(200)
    // Before the first of them it may say so: something had changed shortly before the stream was opened.
    expect(said.slice(said.indexOf('event: event')).includes('resync')).toBe(false)
    await site.write(entry('many', many(700)))
    expect((await events.until(/event: resync/)).includes('MANY700')).toBe(false)
    await events.close()
  })

  test('closing a page closes its stream', async () => {
    const count = async () => /^linekeeper_sse_streams (\d+)$/m.exec(await site.metrics.text())?.[1]
    expect(await count()).toBe('0')
    const stream = await listen('/live?topic=sessions', asViewer)
    expect(await count()).toBe('1')
    await stream.close()
    expect(await count()).toBe('0')
  })
})

test('a server that stops refuses streams with 503, of pages and of the API, and says when to come back', async () => {
  const stopping = await openSite()
  const cookie = (await logInAll(stopping)).viewer
  stopping.live.close()
  const answers = [await stopping.fetch('/live?topic=sessions', { headers: { cookie } }), await stopping.fetch('/api/v1/stream?topic=sessions', withKey())]
  for (const answer of answers) expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(stopping.failures).toEqual([])
  await stopping.close()
})
