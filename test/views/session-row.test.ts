import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { SessionRow } from '../../views/sessions/row'
import { fakeNight, HOUR, NOW } from './support/fake'

const night = fakeNight()

test('a row that is shown again reads as one that is drawn afresh, whenever that is', () => {
  const offset = fc.oneof(fc.integer({ min: -90_000, max: 90_000 }), fc.integer({ min: 0, max: 30 * 24 * HOUR }))
  fc.assert(
    fc.property(fc.constantFrom(...night), fc.array(offset, { minLength: 2, maxLength: 6 }), (session, offsets) => {
      for (const ms of offsets) expect(SessionRow({ session, now: NOW + ms })).toBe(SessionRow({ session: { ...session }, now: NOW + ms }))
    }),
    { numRuns: 500 },
  )
})

test('also around the moment in which a code expires', () => {
  const waiting = night.find(({ status, qr }) => status === 'qr' && qr?.code) as (typeof night)[number]
  const expiresAt = waiting.qr?.expiresAt as number
  for (const ms of [-2_000, -1_000, -500, -1, 0, 1, 500, 4_999, 5_000]) {
    expect(SessionRow({ session: waiting, now: expiresAt + ms })).toBe(SessionRow({ session: { ...waiting }, now: expiresAt + ms }))
  }
})

test('and is not drawn again while its ages read the same', () => {
  const session = { ...night[0], since: NOW - 3 * HOUR, lastEventAt: NOW - 2 * HOUR, qr: null } as (typeof night)[number]
  const row = SessionRow({ session, now: NOW })
  Object.assign(session, { name: 'changed in secret, which nobody may' })
  expect(SessionRow({ session, now: NOW + 10_000 })).toBe(row)
  expect(SessionRow({ session, now: NOW + HOUR })).not.toBe(row)
})
