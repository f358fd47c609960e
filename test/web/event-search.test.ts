import { describe, expect, test } from 'bun:test'
import { readEventSearch, readInstant } from '../../src/web/dashboard/event-search'

const NOW = Date.parse('2026-07-28T12:00:00Z')
const read = (q: string) => {
  const search = readEventSearch(q, NOW)
  return search.ok ? search.query : search.problem
}

describe('a search of events', () => {
  test('reads qualifiers, in any order, and takes the rest for text', () => {
    expect(read('type:message.ack session:x source:y since:2h')).toEqual({ type: 'message.ack', session: 'x', source: 'y', since: NOW - 7_200_000 })
    expect(read('hello since:30m world')).toEqual({ since: NOW - 1_800_000, q: 'hello world' })
    expect(read('')).toEqual({})
  })

  test('keeps together what stands in quotes, colons and all', () => {
    expect(read('text:"order 4711: done"')).toEqual({ q: 'order 4711: done' })
    expect(read('"since:2h"')).toEqual({ q: 'since:2h' })
    expect(read('session:"a \\"b\\" c"')).toEqual({ session: 'a "b" c' })
    expect(read('session:"never closed')).toEqual({ session: 'never closed' })
  })

  test('says in words what it does not understand', () => {
    expect(read('colour:red')).toContain('“colour:” is not known')
    expect(read('since:soon')).toContain('“since:soon” is no time')
    expect(read('type:')).toContain('needs a value')
  })

  test('knows times as ages, days and instants', () => {
    expect(readInstant('7d', NOW)).toBe(NOW - 7 * 86_400_000)
    expect(readInstant('2026-07-28', NOW)).toBe(Date.parse('2026-07-28T00:00:00Z'))
    expect(readInstant('2026-07-28T10:00:00+02:00', NOW)).toBe(Date.parse('2026-07-28T08:00:00Z'))
    for (const text of ['', 'x', '2h2', '2026-13-45', '99999999d']) expect(readInstant(text, NOW)).toBeNull()
    for (const text of ['999999w', '0000-01-01']) expect(readInstant(text, NOW)).toBe(0)
  })
})
