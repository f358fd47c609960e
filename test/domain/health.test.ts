import { describe, expect, test } from 'bun:test'
import { FLAPPING_WINDOW_MS, healthOf } from '../../src/domain/health'
import type { Health } from '../../src/domain/records'
import { initialState, type SessionState } from '../../src/domain/session'

const S = 1_000
const MINUTE = 60 * S
/** Longer than a habit, shorter than a day. */
const ALLOWANCES = { staleAfterMs: 15 * MINUTE, qrExpiresAfterMs: MINUTE, connectingTimeoutMs: 3 * MINUTE }
const NOW = Date.UTC(2026, 10, 23, 18)
const ago = (ms: number) => NOW - ms

interface Case {
  what: string
  state: Partial<SessionState>
  /** How long ago the sender was last heard of at all. */
  heard?: number
  /** Its usual gap, once it has a habit. */
  usual?: number
  health: Health
}

const qr = (codeAge: number) => ({ code: '2@code', at: ago(codeAge), count: 1 })
const drops = (...ages: number[]) => ages.map(ago)
const long = ago(60 * MINUTE)

const CASES: Case[] = [
  { what: 'that has said nothing yet is unknown', state: { status: 'new', since: long }, health: 'unknown' },
  { what: 'that is disconnected is down', state: { status: 'disconnected', since: NOW }, health: 'down' },
  { what: 'that was refused is down', state: { status: 'auth_failure', since: NOW }, health: 'down' },
  { what: 'that is disconnected is down, not flapping', state: { status: 'disconnected', since: NOW, drops: drops(1, 2, 3) }, health: 'down' },

  { what: 'that is connected and speaks is ok', state: { status: 'connected', since: long }, heard: MINUTE, health: 'ok' },
  { what: 'that has just connected is ok though it has not spoken', state: { status: 'connected', since: ago(S) }, health: 'ok' },
  { what: 'without a habit is quiet only beyond its allowance', state: { status: 'connected', since: long }, heard: 15 * MINUTE, health: 'ok' },
  { what: 'without a habit is quiet beyond its allowance', state: { status: 'connected', since: long }, heard: 15 * MINUTE + 1, health: 'quiet' },
  { what: 'is quiet beyond its habit', state: { status: 'connected', since: long }, heard: 2 * MINUTE + 1, usual: 2 * MINUTE, health: 'quiet' },
  { what: 'is ok within its habit', state: { status: 'connected', since: long }, heard: 2 * MINUTE, usual: 2 * MINUTE, health: 'ok' },
  {
    what: 'with a leisurely habit is quiet beyond its allowance',
    state: { status: 'connected', since: long },
    heard: 16 * MINUTE,
    usual: 60 * MINUTE,
    health: 'quiet',
  },

  {
    what: 'that dropped three times in ten minutes is flapping',
    state: { status: 'connected', since: ago(S), drops: drops(9 * MINUTE, 5 * MINUTE, MINUTE) },
    health: 'flapping',
  },
  {
    what: 'that is on its way back from the third drop is flapping',
    state: { status: 'starting', since: ago(S), drops: drops(9 * MINUTE, 5 * MINUTE, S) },
    health: 'flapping',
  },
  { what: 'that dropped twice is ok', state: { status: 'connected', since: ago(S), drops: drops(5 * MINUTE, MINUTE) }, health: 'ok' },
  {
    what: 'is calm again when the first of three drops is ten minutes ago',
    state: { status: 'connected', since: ago(S), drops: drops(FLAPPING_WINDOW_MS, 5 * MINUTE, MINUTE) },
    health: 'ok',
  },

  { what: 'that starts is ok within its time', state: { status: 'starting', since: ago(3 * MINUTE) }, health: 'ok' },
  { what: 'that starts is stuck beyond it', state: { status: 'starting', since: ago(3 * MINUTE + 1) }, health: 'stuck' },
  { what: 'that is authenticated and never ready is stuck', state: { status: 'authenticated', since: ago(4 * MINUTE) }, health: 'stuck' },
  { what: 'that still loads is not stuck: progress counts', state: { status: 'loading', since: long, heardAt: ago(MINUTE) }, health: 'ok' },
  { what: 'whose loading stands still is stuck', state: { status: 'loading', since: long, heardAt: ago(4 * MINUTE) }, health: 'stuck' },
  { what: 'with a fresh code is ok', state: { status: 'qr', since: ago(5 * MINUTE), qr: qr(30 * S) }, health: 'ok' },
  { what: 'whose code nobody renews is stuck', state: { status: 'qr', since: ago(2 * MINUTE), qr: qr(61 * S) }, health: 'stuck' },
  { what: 'whose codes nobody scans is stuck, however fresh they are', state: { status: 'qr', since: ago(5 * MINUTE + 1), qr: qr(S) }, health: 'stuck' },
]

describe('a session', () => {
  test.each(CASES)('$what', ({ state, heard, usual, health }) => {
    const input = { state: { ...initialState(long), ...state }, lastEventAt: heard === undefined ? null : ago(heard), usualGapMs: usual ?? null }
    expect(healthOf(input, ALLOWANCES, NOW)).toBe(health)
  })

  test('can have any health there is', () => {
    const all: Record<Health, true> = { ok: true, quiet: true, stuck: true, flapping: true, down: true, unknown: true }
    expect(new Set(CASES.map(({ health }) => health))).toEqual(new Set(Object.keys(all) as Health[]))
  })
})
