import { describe, expect, test } from 'bun:test'
import { ago, bytes, duration, maskId, maskText, number } from '../../views/format'
import { paths, sessionSearch } from '../../views/paths'
import { titleOf } from '../../views/worst'

const NOW = Date.UTC(2026, 6, 28)

describe('times', () => {
  test.each([
    [0, 'just now'],
    [4_000, 'just now'],
    [6_000, '6 s ago'],
    [61_000, '1 min ago'],
    [3_599_000, '59 min ago'],
    [3_600_000, '1 h ago'],
    [86_400_000, '1 day ago'],
    [12.5 * 86_400_000, '12 days ago'],
    [-14_000, 'in 14 s'],
  ])('an instant %d ms ago reads "%s"', (ms, words) => {
    expect(ago(NOW - ms, NOW)).toBe(words)
  })

  test('the script of the pages says the same words as the server', async () => {
    const source = await Bun.file(new URL('../../views/assets/app.js', import.meta.url)).text()
    const functions = source.match(/function duration\([\s\S]+?\n {2}}\n {2}function ago\([\s\S]+?\n {2}}/)?.[0]
    const inBrowser = new Function(`${functions}; return { ago, duration }`)() as { ago: typeof ago; duration: typeof duration }
    for (const ms of [-90_000_000, -14_000, -500, 0, 4999, 5000, 59_999, 60_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000, 172_800_000, 9e10]) {
      expect(inBrowser.ago(NOW - ms, NOW)).toBe(ago(NOW - ms, NOW))
      expect(inBrowser.duration(ms)).toBe(duration(ms))
    }
  })
})

describe('private things are masked', () => {
  test.each([
    ['4915112345678@c.us', '+49 151 •••• 678'],
    ['4915112345678:12@s.whatsapp.net', '+49 151 •••• 678'],
    ['5511998877665@c.us', '+55 119 •••• 665'],
    ['15551234567@c.us', '+1 555 •••• 567'],
    ['351912345678@c.us', '+351 912 •••• 678'],
    ['120363041234567890@g.us', 'group •••• 890'],
    ['98765432101234@lid', 'hidden number •••• 234'],
    ['status@broadcast', 'status'],
    ['120363@newsletter', 'channel •••• 363'],
    ['somebody', '•••• ody'],
    ['ab', '••••'],
    ['', '••••'],
  ])('%s is shown as "%s"', (id, shown) => {
    expect(maskId(id)).toBe(shown)
  })

  test('no mask shows more than the country, the area and the last three digits', () => {
    for (const id of ['4915112345678@c.us', '351912345678@c.us', '5511998877665@c.us']) expect(maskId(id).replace(/\D/g, '').length).toBeLessThanOrEqual(9)
  })

  test('a text is as many dots as it has characters, and never more than 24', () => {
    expect(maskText('hello')).toBe('•••••')
    expect(maskText('👍👍')).toBe('••')
    expect(maskText('x'.repeat(500))).toHaveLength(24)
  })
})

test('numbers are grouped, sizes are round', () => {
  expect(number(999)).toBe('999')
  expect(number(48_212)).toBe('48,212')
  expect([bytes(400), bytes(1400), bytes(2_500_000)]).toEqual(['400 B', '1.4 kB', '2.5 MB'])
})

test('what a sender named stays inside its part of the URL', () => {
  expect(paths.session('waha-1', 'a/b?c#d é')).toBe('/sessions/waha-1/a%2Fb%3Fc%23d%20%C3%A9')
  expect(paths.sessions({ q: 'a&b=c', status: ['qr', 'loading'] })).toBe('/?q=a%26b%3Dc&status=qr%2Cloading')
  expect(sessionSearch('waha-1', 'night shift "b"')).toBe('source:waha-1 session:"night shift \\"b\\""')
})

test('the title tells how many sessions need somebody', () => {
  expect(titleOf('Sessions', { level: 'down', count: 2 })).toBe('(2) Sessions · Linekeeper')
  expect(titleOf('Sessions', { level: 'ok', count: 0 })).toBe('Sessions · Linekeeper')
})
