import { describe, expect, test } from 'bun:test'
import { failureKind } from '../../src/ingest/failure'
import { Streak } from '../../src/ingest/streak'
import { GaveUp } from '../../src/store/pipeline'

const withCode = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more })

describe('a failed write', () => {
  const kinds: [kind: ReturnType<typeof failureKind>, codes: string[]][] = [
    ['away', ['08006', '08001', '28P01', '28000', '53100', '53200', '53300', '57P01', '57P02', '57P03', '57014', '25006', '3D000', '55P03', '58030']],
    ['away', ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'CONNECTION_CLOSED', 'CONNECT_TIMEOUT', 'CONNECTION_DESTROYED']],
    ['retry', ['40001', '40P01']],
    ['content', ['22P05', '22021', '22003', '23502', '23514', '54000']],
    ['bug', ['42703', '42P01', '42501', '25P02', '0A000', 'XX001', '58P01', 'ENOSPC', '']],
  ]
  test.each(kinds)('means %s for %p', (kind, codes) => {
    for (const code of codes) expect({ code, kind: failureKind(withCode(code)) }).toEqual({ code, kind })
  })

  test('is an absence when Postgres says FATAL, whatever the code', () => {
    expect(failureKind(withCode('55000', { severity: 'FATAL' }))).toBe('away')
    expect(failureKind(withCode('55000', { severity: 'ERROR' }))).toBe('bug')
  })

  test('is one when the socket file is not there, and when no answer came in time', () => {
    expect(failureKind(withCode('ENOENT', { syscall: 'connect' }))).toBe('away')
    expect(failureKind(withCode('ENOENT', { syscall: 'open' }))).toBe('bug')
    expect(failureKind(new GaveUp())).toBe('away')
  })

  test('is a bug when it is none of Postgres’ at all', () => {
    expect(failureKind(new TypeError('undefined is not a function'))).toBe('bug')
    expect(failureKind(undefined)).toBe('bug')
  })
})

describe('refusals in a row', () => {
  test('are our own trouble from the fifth on, told once, until something is stored', () => {
    const story: string[] = []
    const streak = new Streak({ refused: (_, isFirst) => story.push(isFirst ? 'began' : 'goes on'), ended: () => story.push('ended') })
    const refused = (code: string) => streak.refused(withCode(code))
    expect([1, 2, 3, 4, 5, 6].map(() => refused('23514'))).toEqual([false, false, false, false, true, true])
    streak.stored()
    streak.stored()
    expect(refused('23514')).toBe(false)
    expect(story).toEqual(['began', 'goes on', 'ended'])
  })

  test('are our own trouble at once when the schema is what is refused', () => {
    const story: boolean[] = []
    const streak = new Streak({ refused: (_, isFirst) => story.push(isFirst) })
    expect(['42703', '42703', '42P01'].map((code) => streak.refused(withCode(code)))).toEqual([true, true, true])
    expect(story).toEqual([true, false, false])
  })

  test('for different reasons are poison', () => {
    const streak = new Streak()
    for (let nth = 0; nth < 20; nth++) expect(streak.refused(withCode(nth % 2 ? '22003' : '54000'))).toBe(false)
  })
})
