/**
 * The payload holds `<hx-partial …>` too: htmx rewrites that anywhere in a response, even inside attributes, so `<` must not
 * stand in an attribute.
 */

import { describe, expect, test } from 'bun:test'
import { Html } from '@elysiajs/html'
import { Flash } from '../../views/errors/flash'
import { ErrorPage } from '../../views/errors/show'
import { EventsPage } from '../../views/events/index'
import { EventPage } from '../../views/events/show'
import type { Operator } from '../../views/layouts/header'
import { announce } from '../../views/live'
import { LoginPage } from '../../views/login/new'
import { toDocument } from '../../views/render'
import { SessionControl } from '../../views/sessions/control'
import { countSessions } from '../../views/sessions/counters'
import { SessionsPage } from '../../views/sessions/index'
import { SessionPage } from '../../views/sessions/show'
import { ApiKeysPage } from '../../views/settings/api-keys'
import { SetupPage } from '../../views/setup/new'
import { SourceControlPage } from '../../views/sources/control-page'
import { fakeControl, fakeNight, NOW, XSS } from './support/fake'
import { fakeCalls, fakeDetail, fakeEvent, fakeMessages, fakeTransitions } from './support/fake-ledger'

const MEANT: ReadonlySet<string> = new Set(['outcome', 'action', 'offers', 'label', 'status', 'health', 'from', 'to', 'reason', 'role', 'eventType'])

/** Puts the payload into every text of a record, but for our own closed vocabularies. */
function poison<T>(value: T, key?: string): T
function poison(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return MEANT.has(key) ? value : XSS
  if (Array.isArray(value)) return value.map((each) => poison(each, key))
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [key === 'headers' || key === 'lastOf' || key === 'facts' ? `${XSS}${name}` : name, poison(each, name)]),
  )
}

const operator: Operator = { name: XSS, role: 'admin' }
const worst = { level: 'down', count: 2 } as const
const sessions = fakeNight().map((session) => poison(session))
const choices = { sources: [XSS, `${XSS}2`], owners: [{ id: XSS, name: XSS }] }
const setup = { webhookUrl: XSS, secretHint: XSS }
const query = { q: XSS, source: XSS, owner: XSS }

const PAGES: Record<string, () => string> = {
  'the sessions page': () =>
    toDocument(
      <SessionsPage
        operator={operator}
        worst={worst}
        query={query}
        counts={countSessions(sessions)}
        sessions={sessions}
        choices={choices}
        setup={setup}
        now={NOW}
      />,
    ),
  'the sessions page by source': () =>
    toDocument(
      <SessionsPage
        operator={operator}
        worst={worst}
        query={{ group: 'source' }}
        counts={countSessions(sessions)}
        sessions={sessions}
        choices={choices}
        setup={setup}
        now={NOW}
      />,
    ),
  'the empty sessions page': () =>
    toDocument(
      <SessionsPage operator={operator} worst={worst} query={{}} counts={countSessions([])} sessions={[]} choices={choices} setup={setup} now={NOW} />,
    ),
  'the events page': () =>
    toDocument(
      <EventsPage
        operator={operator}
        worst={worst}
        query={{ q: XSS, cursor: XSS }}
        events={poison([fakeEvent(0), fakeEvent(3), fakeEvent(1)])}
        older={XSS}
        problem={XSS}
      />,
    ),
  'an event with a JSON body': () =>
    toDocument(<EventPage operator={operator} worst={worst} event={poison(fakeDetail(JSON.stringify({ [XSS]: XSS, list: [XSS] })))} publicUrl={XSS} />),
  'an event with a text body': () => toDocument(<EventPage operator={operator} worst={worst} event={poison(fakeDetail(XSS))} publicUrl={XSS} />),
  'an event with a binary body': () =>
    toDocument(<EventPage operator={operator} worst={worst} event={fakeDetail(Uint8Array.of(255, 0, ...new TextEncoder().encode(XSS)))} publicUrl="" />),
  'log-in': () => toDocument(<LoginPage email={XSS} error={XSS} next={XSS} />),
  'set-up': () => toDocument(<SetupPage token={XSS} name={XSS} email={XSS} error={XSS} errors={{ name: XSS, email: XSS, password: XSS }} />),
  'an error page': () => toDocument(<ErrorPage status={404} message={XSS} requestId={XSS} />),
  'a flash': () => toDocument(<Flash kind="error" message={XSS} />),
  'an announcement': () => sessions.map((session) => announce(session)).join(''),
  'the control of a session': () =>
    sessions.map((session) => toDocument(<SessionControl session={session} control={poison(fakeControl('failed'))} problem={XSS} now={NOW} />)).join(''),
  'the control API of a source': () =>
    toDocument(
      <SourceControlPage
        operator={operator}
        worst={worst}
        told={{ kind: 'error', message: XSS }}
        view={{
          source: XSS,
          choices: [{ id: XSS, label: 'WAHA', keyLabel: XSS, keyHint: XSS }],
          current: { api: XSS, baseUrl: XSS, hasKey: true, updatedAt: NOW, problem: XSS },
          form: { api: XSS, baseUrl: XSS },
          canImport: true,
        }}
      />,
    ),
  'API keys': () =>
    toDocument(
      <ApiKeysPage
        operator={operator}
        worst={worst}
        now={NOW}
        created={{ name: XSS, key: XSS }}
        error={XSS}
        keys={[{ id: XSS, name: XSS, start: XSS, scopes: ['read'], createdAt: NOW, lastUsedAt: null }]}
      />,
    ),
}
for (const [index, session] of sessions.entries()) {
  if (index > 12) break
  PAGES[`session ${index}`] = () =>
    toDocument(
      <SessionPage
        operator={operator}
        worst={worst}
        session={session}
        matrix={null}
        transitions={poison(fakeTransitions())}
        events={poison([fakeEvent(0), fakeEvent(3)])}
        messages={poison(fakeMessages())}
        calls={poison(fakeCalls())}
        settings={{
          ownerId: XSS,
          owners: [{ id: XSS, name: XSS }],
          silences: [{ name: 'staleAfter', label: XSS, value: 1, usual: 15 }],
          error: XSS,
        }}
        now={NOW}
      />,
    )
}

/** Every element and attribute that a browser would see. */
async function elementsOf(html: string): Promise<{ tag: string; attributes: [string, string][] }[]> {
  const seen: { tag: string; attributes: [string, string][] }[] = []
  const rewriter = new HTMLRewriter().on('*', {
    element: (element) => {
      seen.push({ tag: element.tagName, attributes: [...element.attributes].map(([name, value]): [string, string] => [name ?? '', value ?? '']) })
    },
  })
  await rewriter.transform(new Response(html)).text()
  return seen
}

describe('whatever a sender or visitor wrote stays text', () => {
  for (const [name, render] of Object.entries(PAGES)) {
    test(`on ${name}`, async () => {
      const html = render()
      expect(/<img(?! class="thumb" src="\/api\/v1\/sessions\/)|<script>|<hx-(?!partial hx-target="#announce")/.test(html)).toBe(false)
      const elements = await elementsOf(html)
      for (const { tag, attributes } of elements) {
        if (tag === 'img') expect(Object.fromEntries(attributes)).toMatchObject({ class: 'thumb', src: expect.stringMatching(/^\/api\/v1\/sessions\//) })
        for (const [attribute, value] of attributes) {
          expect(attribute).not.toMatch(/^on|^style$|^hx-on/)
          if (attribute === 'href' || attribute === 'action' || attribute === 'hx-get') expect(value).toMatch(/^(\/|#)/)
        }
      }
    })
  }
})

test('no page carries inline script or style, which the content security policy would refuse', async () => {
  for (const render of Object.values(PAGES)) {
    const html = render()
    expect(html).not.toMatch(/<script(?![^>]* src=)/)
    expect(html).not.toMatch(/<style| style=/)
  }
})
