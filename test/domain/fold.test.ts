import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type EventType, STATUSES, type Status } from '../../src/domain/event'
import { type FoldedEvent, foldAll, step } from '../../src/domain/fold'
import { initialState, type SessionState } from '../../src/domain/session'
import { NEXT_STATUS, SIGNALS } from '../../src/domain/transition'
import { EVENT_STATUS, eventOf } from '../support/status-events'

const T0 = 1_795_450_000_000
const MINUTE = 60_000

function told(type: EventType, at: number, session: FoldedEvent['session'] = {}): FoldedEvent {
  return { position: { at, key: '', id: `id-${at}` }, type, ordered: false, session }
}

const folded = (...events: FoldedEvent[]): SessionState => foldAll(initialState(T0), events).state

describe('the table', () => {
  for (const status of STATUSES) {
    for (const signal of SIGNALS) {
      test(`${signal} takes ${status} to ${NEXT_STATUS[signal][status]}`, () => {
        const before = status === 'new' ? initialState(T0) : folded(...EVENT_STATUS[status](T0))
        expect(before.status).toBe(status)
        // Late enough that nothing counts as a straggler.
        const { state } = step(before, eventOf(signal, T0 + 10 * MINUTE, before))
        expect(state.status).toBe(NEXT_STATUS[signal][status])
      })
    }
  }
})

describe('a session', () => {
  test('goes from QR to connected, and its QR is gone then', () => {
    const state = folded(
      told('session.qr', T0, { qr: '2@a' }),
      told('session.qr', T0 + 20_000, { qr: '2@b' }),
      told('session.loading', T0 + 30_000, { percent: 41 }),
      told('session.authenticated', T0 + 31_000),
      told('session.connected', T0 + 32_000),
    )
    expect(state).toMatchObject({ status: 'connected', qr: null, loading: null, since: T0 + 32_000, connects: 1 })
  })

  test('counts the codes of one pairing and begins again with the next', () => {
    const first = folded(told('session.qr', T0, { qr: '2@a' }), told('session.qr', T0 + 20_000, { qr: '2@b' }))
    expect(first.qr).toEqual({ code: '2@b', at: T0 + 20_000, count: 2 })
    const again = [
      told('session.connected', T0 + 30_000),
      told('session.disconnected', T0 + MINUTE, { reason: 'logged_out' }),
      told('session.qr', T0 + 2 * MINUTE, { qr: '2@c' }),
    ]
    expect(foldAll(first, again).state.qr).toEqual({ code: '2@c', at: T0 + 2 * MINUTE, count: 1 })
  })

  test('stays connected when loading or a QR was overtaken by ready on the way', () => {
    const state = folded(told('session.connected', T0), told('session.loading', T0 + 3, { percent: 100 }), told('session.qr', T0 + 4, { qr: '2@a' }))
    expect(state).toMatchObject({ status: 'connected', qr: null, loading: null })
  })

  test('is unlinked when a QR comes long after it was connected', () => {
    expect(folded(told('session.connected', T0), told('session.qr', T0 + MINUTE, { qr: '2@a' })).status).toBe('qr')
  })

  test('that receives messages while it claims to wait for a scan is connected', () => {
    const state = folded(told('session.qr', T0), told('message.received', T0 + 12_000))
    expect(state.status).toBe('connected')
  })

  test('is not revived by a message that was on its way before the logout', () => {
    const state = folded(
      told('session.connected', T0),
      told('session.disconnected', T0 + MINUTE, { reason: 'logged_out' }),
      told('message.ack', T0 + MINUTE + 40),
    )
    expect(state).toMatchObject({ status: 'disconnected', reason: 'logged_out' })
  })

  test('that we only believed to be gone is connected again at its first sign of life', () => {
    const stale = told('session.stale', T0 + 15 * MINUTE, { judged: { lastEventAt: T0 } })
    const { state, transitions } = foldAll(initialState(T0), [told('session.connected', T0), stale, told('message.received', T0 + 15 * MINUTE + 1)])
    expect(state.status).toBe('connected')
    expect(transitions.map(({ transition }) => [transition.to, transition.reason])).toEqual([
      ['connected', null],
      ['disconnected', 'stale'],
      ['connected', null],
    ])
  })

  test('is not marked stale when it spoke between the judgement and its deadline', () => {
    const state = folded(
      told('session.connected', T0),
      told('message.ack', T0 + 14 * MINUTE),
      told('session.stale', T0 + 15 * MINUTE, { judged: { lastEventAt: T0 } }),
    )
    expect(state.status).toBe('connected')
  })

  test('whose QR nobody scanned is disconnected because the code expired', () => {
    const state = folded(told('session.qr', T0), told('session.stale', T0 + MINUTE, { judged: { lastEventAt: T0 } }))
    expect(state).toMatchObject({ status: 'disconnected', reason: 'qr_expired', qr: null })
  })

  test('that is down for a reason we guessed learns the real one from its sender', () => {
    const { state, transitions } = foldAll(initialState(T0), [
      told('session.connected', T0),
      told('session.stale', T0 + 15 * MINUTE, { judged: { lastEventAt: T0 } }),
      told('session.disconnected', T0 + 16 * MINUTE, { reason: 'logged_out', detail: 'LOGOUT' }),
    ])
    expect(state).toMatchObject({ status: 'disconnected', reason: 'logged_out', since: T0 + 15 * MINUTE })
    expect(transitions).toHaveLength(3)
  })

  test('keeps the authentication failure when a disconnection follows it', () => {
    const state = folded(told('session.auth_failure', T0, { reason: 'rejected' }), told('session.disconnected', T0 + 1, { reason: 'unknown' }))
    expect(state).toMatchObject({ status: 'auth_failure', reason: 'rejected' })
  })

  test('says ready again on a re-sync without having been away', () => {
    const { transitions } = foldAll(initialState(T0), [
      told('session.connected', T0),
      told('session.authenticated', T0 + MINUTE),
      told('session.connected', T0 + MINUTE + 1),
    ])
    expect(transitions).toHaveLength(1)
  })
})

test('the reducer is total: any event after any other gives a valid status and never throws', () => {
  const anyEvent = fc.record({ signal: fc.constantFrom(...SIGNALS), gap: fc.nat({ max: 20_000 }) })
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (history) => {
      let state = initialState(T0)
      let at = T0
      for (const { signal, gap } of history) {
        at += gap
        const next = step(state, eventOf(signal, at, state))
        expect(STATUSES).toContain(next.state.status)
        if (next.transition) expect(next.transition.from).toBe(state.status as Status)
        state = next.state
      }
      expect(state.drops.length).toBeLessThanOrEqual(12)
    }),
  )
})

describe('what the sender answers when asked', () => {
  test('moves the status as its own word would, and puts off the verdict of silence', () => {
    const state = folded(told('session.connected', T0), told('session.answered', T0 + 15 * MINUTE, { status: 'connected' }))
    expect(state).toMatchObject({ status: 'connected', since: T0, heardAt: T0 + 15 * MINUTE })
    expect(folded(told('session.qr', T0), told('session.answered', T0 + MINUTE, { status: 'connected' }))).toMatchObject({ status: 'connected' })
    const stopped = folded(told('session.connected', T0), told('session.answered', T0 + MINUTE, { status: 'disconnected', reason: 'stopped' }))
    expect(stopped).toMatchObject({ status: 'disconnected', reason: 'stopped' })
  })

  test('a code that was announced without being given is the same code when it is fetched, and so is one told twice', () => {
    const announced = folded(told('session.qr', T0), told('session.qr', T0 + 100, { qr: '2@a' }))
    expect(announced.qr).toEqual({ code: '2@a', at: T0 + 100, count: 1 })
    expect(folded(told('session.qr', T0, { qr: '2@a' }), told('session.qr', T0 + 9_000, { qr: '2@a' })).qr).toEqual({ code: '2@a', at: T0, count: 1 })
    expect(folded(told('session.qr', T0, { qr: '2@a' }), told('session.qr', T0 + 9_000, { qr: '2@b' })).qr).toEqual({ code: '2@b', at: T0 + 9_000, count: 2 })
  })
})
