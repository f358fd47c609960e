import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { Session } from '../../src/web/api/schemas'
import { entry, event, message } from '../support/entries'
import { openSite, withKey } from './support'

const T0 = Date.UTC(2026, 10, 1, 12)
const MINUTE = 60_000

const site = await openSite()
afterAll(() => site.close())
beforeAll(async () => {
  await site.write(entry('shop/eu 1', [event('session.qr', { session: { qr: '2@code' } })], T0))
  await site.write(entry('shop/eu 1', [event('session.connected')], T0 + MINUTE))
  await site.write(entry('shop/eu 1', [message('message.received', 'M1')], T0 + 2 * MINUTE))
  await site.write(entry('shop/eu 1', [event('session.disconnected', { session: { reason: 'logged_out' } })], T0 + 3 * MINUTE))
})

const ask = (at: string, session = 'shop/eu 1') => site.fetch(`/api/v1/sessions/default/${encodeURIComponent(session)}?at=${encodeURIComponent(at)}`, withKey())
const iso = (at: number) => new Date(at).toISOString()

describe('GET …/:sessionId?at=', () => {
  test('shows the session as it was then, in the shape in which it is shown now', async () => {
    for (const [at, expected] of [
      [iso(T0), { status: 'qr', seq: 1, qr: { code: '2@code', count: 1, receivedAt: iso(T0), expiresAt: iso(T0 + MINUTE) }, health: 'ok' }],
      [iso(T0 + MINUTE), { status: 'connected', since: iso(T0 + MINUTE), qr: null }],
      [iso(T0 + 2 * MINUTE), { status: 'connected', counts: { events: 3, messagesReceived: 1, messagesSent: 0, calls: 0, reconnects: 0 } }],
      // The same instant in another zone.
      ['2026-11-01T15:03:00+03:00', { status: 'disconnected', reason: 'logged_out', health: 'down', seq: 4 }],
    ] as const) {
      const answer = await ask(at)
      const shown = await answer.json()
      expect([at, answer.status]).toEqual([at, 200])
      expect(shown).toMatchObject(expected)
      expect([...Value.Errors(Session, shown)].map(({ path, message: what }) => `${path} ${what}`)).toEqual([])
    }
  })

  test('answers 404 for a session that was not there yet, or never', async () => {
    for (const answer of [await ask(iso(T0 - 1)), await ask(iso(T0), 'nobody')]) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
      expect(await answer.json()).toMatchObject({ detail: 'There was no such session then' })
    }
  })

  test('answers 400 for what is no instant, and names the parameter', async () => {
    for (const at of ['yesterday', '2026-13-01T00:00:00Z', '1793534400000', '2026-11-01', '2026-11-01T12:00:00']) {
      const answer = await ask(at)
      expect([at, answer.status]).toEqual([at, 400])
      expect(((await answer.json()) as { detail: string }).detail).toContain('query/at')
    }
  })
})
