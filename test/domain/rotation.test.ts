import { describe, expect, test } from 'bun:test'
import { proposalOf } from '../../src/domain/recognition'
import { adviceOf, QUIET_MS, rotationOf, type SecretUse } from '../../src/domain/rotation'

const NOW = Date.UTC(2026, 0, 2)
const MINUTE = 60_000

/** A secret made, first and last used so many minutes ago. */
function use(id: string, made: number, first: number | null, last: number | null, uses = 5, retires: number | null = null): SecretUse {
  const ago = (minutes: number | null) => (minutes === null ? null : NOW - minutes * MINUTE)
  return { id, createdAt: NOW - made * MINUTE, firstUsedAt: ago(first), lastUsedAt: ago(last), retiresAt: ago(retires), uses: last === null ? 0 : uses }
}

const told = (secrets: SecretUse[]) => {
  const rotation = rotationOf(secrets, NOW)
  return rotation && [rotation.state, rotation.previous.id, rotation.next.id, adviceOf(rotation, NOW)]
}

describe('a rotation', () => {
  test('is none while one secret is live', () => {
    expect(told([])).toBeNull()
    expect(told([use('a', 90, 80, 1)])).toBeNull()
    expect(told([use('a', 90, 80, 1, 5, 2), use('b', 10, 5, 1)])).toBeNull()
  })

  test('waits until a sender uses the new secret', () => {
    expect(told([use('b', 10, null, null), use('a', 90, 80, 3)])).toEqual([
      'waiting',
      'a',
      'b',
      'No sender uses the new secret yet; the old one last proved a delivery 3 min ago: give the new one to the sender',
    ])
    expect(told([use('a', 90, null, null), use('b', 10, null, null)])?.[3]).toContain('the old one has never proved a delivery')
  })

  test('goes on while the old secret proves deliveries beside the new one', () => {
    expect(told([use('a', 90, 80, 3), use('b', 10, 5, 1)])).toEqual([
      'moving',
      'a',
      'b',
      'The old secret last proved a delivery 3 min ago, after the new one was taken into use: some sender still needs it',
    ])
  })

  test('is done when the old secret has proved nothing since the new one first did', () => {
    expect(told([use('a', 90, 80, 6), use('b', 10, 5, 1, 12)])).toEqual([
      'ready',
      'a',
      'b',
      'The old secret last proved a delivery 6 min ago; the new one has proved 12 since: the old one can go',
    ])
    expect(told([use('a', 90, null, null), use('b', 10, 5, 1)])?.[0]).toBe('ready')
  })

  test('is done too when the last of several senders has been on the new secret for an hour', () => {
    const quiet = QUIET_MS / MINUTE
    expect(told([use('a', 900, 880, quiet - 1), use('b', 600, 500, 1)])?.[0]).toBe('moving')
    expect(told([use('a', 900, 880, quiet), use('b', 600, 500, 1)])?.[0]).toBe('ready')
    expect(told([use('a', 900, 880, 200), use('b', 600, 500, 300)])?.[0]).toBe('moving')
  })
})

describe('the provider that a source turns out to have', () => {
  const seen = (provider: string, times: number) => ({ provider, times, firstAt: NOW, lastAt: NOW })

  test('is proposed when a few deliveries were all of one provider', () => {
    expect(proposalOf([])).toBeNull()
    expect(proposalOf([seen('waha', 2)])).toBeNull()
    expect(proposalOf([seen('waha', 3)])).toBe('waha')
    expect(proposalOf([seen('unknown', 9), seen('waha', 3)])).toBe('waha')
    expect(proposalOf([seen('unknown', 9)])).toBeNull()
  })

  test('is not proposed where senders of two kinds share the source', () => {
    expect(proposalOf([seen('waha', 900), seen('signed', 1)])).toBeNull()
  })
})
