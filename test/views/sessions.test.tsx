import { describe, expect, test } from 'bun:test'
import { Html } from '@elysiajs/html'
import { STATUSES } from '../../src/domain/event'
import type { SessionRecord } from '../../src/domain/records'
import { toHtml } from '../../views/render'
import { collapseFlapping } from '../../views/sessions/collapse'
import { countSessions } from '../../views/sessions/counters'
import { FirstSteps } from '../../views/sessions/empty'
import { SessionMessages } from '../../views/sessions/messages'
import { QrCard } from '../../views/sessions/qr-card'
import { readSessionsQuery, selectSessions } from '../../views/sessions/query'
import { needsYou, worstOf } from '../../views/sessions/rank'
import { SessionRow } from '../../views/sessions/row'
import { StateChart } from '../../views/sessions/state-chart'
import { qrMatrix, qrPath } from '../../views/shared/qr'
import { inWords, linePath } from '../../views/shared/sparkline'
import { lookOf } from '../../views/shared/status'
import { fakeNight, fakeSession, NOW } from './support/fake'
import { fakeMessages, fakeTransitions } from './support/fake-ledger'

const night = fakeNight()
const named = (name: string): SessionRecord => night.find((session) => session.name === name) ?? fakeSession(0)
const names = (sessions: SessionRecord[]): string[] => sessions.map(({ name }) => name)
const ask = (search: string): SessionRecord[] => selectSessions(night, readSessionsQuery(new URLSearchParams(search)))

describe('worst first', () => {
  test('what is down comes before what waits, what waits before what flaps, and all of them before what is well', () => {
    const order = [
      'clinic-frontdesk',
      'acme-sales',
      'acme-support',
      'pharmacy',
      'taxi-airport',
      'warehouse',
      'fleet-07',
      'brand-new',
      'shop-es',
      'old-campaign',
    ]
    const found = names(ask('')).filter((name) => order.includes(name))
    expect(found).toEqual(order.filter((name) => found.includes(name)))
    expect(found).toHaveLength(9)
  })

  test('a session that was stopped on purpose needs nobody', () => {
    expect(needsYou(named('old-campaign'))).toBe(false)
    expect(needsYou(named('acme-sales'))).toBe(true)
  })

  test('one session that is down makes the whole page down; one that waits makes it wait', () => {
    expect(worstOf(night)).toEqual({ level: 'down', count: 7 })
    expect(worstOf([named('acme-support'), named('warehouse')])).toEqual({ level: 'wait', count: 1 })
    expect(worstOf([named('warehouse')])).toEqual({ level: 'ok', count: 0 })
  })
})

describe('the filter', () => {
  test('finds by name, source, owner and number, all words at once', () => {
    expect(names(ask('q=ACME+sales'))).toEqual(['acme-sales'])
    expect(ask('q=lindqvist').length).toBeGreaterThan(3)
    expect(names(ask(`q=%2B${named('acme-sales').account?.id.slice(0, 12)}`))).toEqual(['acme-sales'])
  })

  test('takes several statuses, and passes over words it does not know', () => {
    expect(ask('status=qr,loading,nonsense')).toHaveLength(4)
    expect(readSessionsQuery(new URLSearchParams('status=nonsense&sort=upside-down&group=x'))).toEqual({})
  })

  test('the counters count every session, once by status and once by health', () => {
    const counts = countSessions(night)
    expect(counts.total).toBe(46)
    expect(Object.values(counts.status).reduce((sum, count) => sum + count)).toBe(46)
    expect(Object.values(counts.health).reduce((sum, count) => sum + count)).toBe(46)
  })
})

describe('the timeline', () => {
  test('forty-one reconnects are told in one line, and what asks for a person is kept apart', () => {
    const items = collapseFlapping(fakeTransitions())
    expect(items.map((item) => (item.kind === 'flapping' ? `${item.reconnects} reconnects` : item.transition.to))).toEqual([
      'qr',
      'disconnected',
      '41 reconnects',
      'connected',
      'authenticated',
      'qr',
    ])
  })

  test('the connection that pairing led to is no reconnect, and stands on its own', () => {
    const night = fakeTransitions()
    const paired = night.slice(-3).map((one, index) => ({ ...one, at: NOW - 40 * 60_000 - index * 1_000 }))
    const [drop, back] = [night[3], night[2]]
    if (!drop || !back) throw new Error('no flap')
    const flaps = [1, 2, 3].flatMap((nth) => [
      { ...back, at: NOW - 36 * 60_000 - nth * 60_000 },
      { ...drop, at: NOW - 36 * 60_000 - nth * 60_000 - 5_000 },
    ])
    const kinds = (items: ReturnType<typeof collapseFlapping>) =>
      items.map((item) => (item.kind === 'flapping' ? `${item.reconnects} reconnects` : item.transition.to))
    expect(kinds(collapseFlapping([...flaps, ...paired]))).toEqual(['3 reconnects', 'connected', 'authenticated', 'qr'])
    expect(kinds(collapseFlapping([...flaps.slice(2), ...paired]))).not.toContain('3 reconnects')
  })

  test('two reconnects are still told one by one', () => {
    const items = collapseFlapping(fakeTransitions().slice(2, 6))
    expect(items.every((item) => item.kind === 'transition')).toBe(true)
  })
})

describe('a badge', () => {
  test('says that somebody has to scan, however often the session fell away before', () => {
    const look = (status: SessionRecord['status']) => lookOf({ ...fakeSession(0), status, health: 'flapping', reason: null, pairingCode: null }).word
    expect(look('qr')).toBe('Waiting for scan')
    expect(look('connected')).toBe('Connected, but flapping')
    expect(look('starting')).toBe('Flapping')
  })
})

describe('a row', () => {
  const row = (session: SessionRecord): string => toHtml(<SessionRow session={session} now={NOW} />)

  test('says word, reason and time, and has a stable id', () => {
    const html = row(named('acme-sales'))
    expect(html).toContain(`id="session-${named('acme-sales').id}"`)
    expect(html).toContain('Disconnected')
    expect(html).toContain('logged out')
    expect(html).toContain('4 min ago')
  })

  test('never shows a whole number', () => {
    const paired = night.flatMap(({ account }, index) => (account && index !== 8 ? [account.id.slice(0, 12)] : []))
    const page = night.map(row).join('')
    for (const digits of paired) expect(page).not.toContain(digits)
  })

  test('of a session that waits for a scan leads to its QR', () => {
    expect(row(named('acme-support'))).toContain('href="/sessions/waha-1/acme-support#session-qr"')
    expect(row(named('acme-support'))).toContain('expires <time')
  })

  test('shows the code that can be scanned now, as a picture of its own address, and none that cannot', () => {
    const waiting = named('acme-support')
    const qr = { code: '2@code', receivedAt: NOW - 5_000, expiresAt: NOW + 15_000, count: 2 }
    const html = row({ ...waiting, qr })
    expect(html).toContain(`<img class="thumb" src="/api/v1/sessions/waha-1/acme-support/qr.svg?of=${NOW - 5_000}" alt=""`)
    expect(row({ ...waiting, name: 'a/"b', qr })).toContain('src="/api/v1/sessions/waha-1/a%2F%22b/qr.svg')
    expect(row({ ...waiting, qr: { ...qr, expiresAt: NOW } })).not.toContain('<img')
    expect(row({ ...waiting, qr: { ...qr, code: null } })).not.toContain('<img')
  })
})

describe('the sparkline', () => {
  test('is one path of sixty points, with flat stretches merged', () => {
    expect(linePath(new Array<number>(60).fill(0))).toBe('M0 26h59')
    expect(linePath([0, 10, 10, 0])).toBe('M0 26l1-24h1l1 24')
  })

  test('shows a single event', () => {
    expect(linePath([0, 1, 1000, 0])).toContain('l1-2')
  })

  test('is told in words', () => {
    expect(inWords(new Array<number>(60).fill(0))).toBe('No events in the last hour')
    expect(inWords([...new Array<number>(56).fill(2), 0, 0, 0, 0])).toBe('112 events in the last hour, none in the last 4 minutes')
    expect(inWords([0, 1])).toBe('1 event in the last hour')
  })
})

describe('the QR', () => {
  test('is black on white with a quiet zone of four modules', () => {
    const matrix = qrMatrix('2@abc')
    const html = toHtml(<QrCard session={named('acme-support')} matrix={matrix} now={NOW} />)
    expect(html).toContain(`viewBox="0 0 ${matrix.size + 8} ${matrix.size + 8}"`)
    expect(html).toContain('fill="#fff"')
    expect(html).toContain('<b>Code 3</b> of this pairing')
    expect(qrPath(matrix)).toStartWith('M4 4h7v1h-7z')
  })

  test('draws exactly the dark modules', () => {
    const matrix = qrMatrix('2@another code')
    const drawn = [...qrPath(matrix).matchAll(/h(\d+)v1/g)].reduce((sum, [, run]) => sum + Number(run), 0)
    expect(drawn).toBe(matrix.modules.reduce((sum, module) => sum + module, 0))
  })

  test('gives way to a hidden fragment when nothing is to be paired, so that the next code finds its place', () => {
    expect(toHtml(<QrCard session={named('warehouse')} matrix={null} now={NOW} />)).toBe('<section id="session-qr" hidden></section>')
  })

  test('is explained when the sender announced it without giving it', () => {
    const session = { ...named('acme-support'), qr: { code: null, receivedAt: NOW, expiresAt: NOW + 9000, count: 1 } }
    expect(toHtml(<QrCard session={session} matrix={null} now={NOW} />)).toContain('does not send it along')
  })
})

test('messages are masked, and tell their length only', () => {
  const html = toHtml(<SessionMessages messages={fakeMessages()} calls={[]} />)
  expect(html).not.toContain('Your')
  expect(html).toContain('hidden, 4 characters')
})

test('the state chart marks exactly one place for every status', () => {
  for (const status of STATUSES) expect(toHtml(<StateChart status={status} />).match(/class="now/g)).toHaveLength(1)
})

test('the first steps hold the lines for wwebjs-api and a curl that needs no change', () => {
  const html = toHtml(<FirstSteps setup={{ webhookUrl: 'http://localhost:3000/api/whatsapp/webhook', secretHint: 'in ./data' }} />)
  expect(html).toContain('BASE_WEBHOOK_URL=http://localhost:3000/api/whatsapp/webhook')
  expect(Bun.escapeHTML("curl -X POST 'http://localhost:3000/api/whatsapp/webhook/demo'")).toBe(html.match(/curl -X POST \S+/)?.[0] ?? '')
})
