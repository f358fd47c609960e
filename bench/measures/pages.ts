/** The sessions page with 500 sessions: query and rendering, in this process, each time after something moved. */

import { sessionIdOf } from '../../src/domain/id'
import { createArrivals, systemNow } from '../../src/ingest/arrival'
import type { Entry } from '../../src/ingest/batch'
import { Writer } from '../../src/ingest/writer'
import { openDatabase } from '../../src/store/database'
import { Board } from '../../src/web/board'
import { showSessions } from '../../src/web/dashboard/sessions'
import type { MemberVisit } from '../../src/web/gate'
import type { Ground } from '../ground'
import type { Row } from '../report'
import { percentile } from '../statistics'

const SESSIONS = 500
const TIMES = 200
const WARM_UPS = 30
const SOURCE = '11111111-1111-4111-8111-111111111111'
const ALLOWANCES = { staleAfterMs: 900_000, qrExpiresAfterMs: 60_000, connectingTimeoutMs: 180_000 }

export async function measurePages(ground: Ground, progress: (line: string) => void): Promise<Row> {
  const database = await openDatabase(await ground.database('pages'))
  try {
    await database.write`insert into sources (id, slug, label, provider, created_at) values (${SOURCE}, 'bench', 'Bench', 'auto', now()) on conflict do nothing`
    const writer = new Writer(database.write, systemNow)
    const arrival = createArrivals(systemNow)
    const move = (nth: number) => writer.append(connected(arrival(), nth % SESSIONS))
    await Promise.all(Array.from({ length: SESSIONS }, (_, nth) => move(nth)))
    const deps = {
      sql: database.read,
      board: new Board(database.read, ALLOWANCES, systemNow),
      allowances: ALLOWANCES,
      publicUrl: 'http://localhost:3000',
      secretHint: '',
      controls: { capabilitiesOf: async () => null },
      now: systemNow,
    }
    const times: number[] = []
    let bytes = 0
    for (let nth = -WARM_UPS; nth < TIMES; nth++) {
      await move(nth + WARM_UPS)
      const startedAt = performance.now()
      const page = await (await showSessions(deps, visit())).text()
      if (nth >= 0) times.push(performance.now() - startedAt)
      bytes = page.length
    }
    progress(
      `sessions page, ${SESSIONS} sessions, ${Math.round(bytes / 1024)} KB: p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms`,
    )
    return { what: 'sessions page, 500 sessions, query and rendering, p95', value: percentile(times, 0.95), unit: 'ms', bar: 20, sense: 'most' }
  } finally {
    await database.close()
  }
}

function visit(): MemberVisit {
  const url = new URL('http://localhost:3000/')
  const operator = { id: 'bench', name: 'Bench', email: 'bench@example.org', role: 'admin' as const }
  return {
    request: new Request(url),
    url,
    params: {},
    address: '127.0.0.1',
    server: null,
    form: async () => new URLSearchParams(),
    login: { operator } as MemberVisit['login'],
  }
}

function connected({ at, id }: { at: number; id: string }, nth: number): Entry {
  const name = `bench-${nth}`
  const decoded = {
    type: 'session.connected' as const,
    providerType: 'ready',
    key: null,
    occurredAt: null,
    ordered: false,
    session: { account: { id: `55119${nth}@c.us`, name: `Shop ${nth}` } },
  }
  return {
    sessionId: sessionIdOf(SOURCE, name),
    session: { sourceId: SOURCE, name, provider: 'signed', ownerId: null, allowances: ALLOWANCES },
    receivedAt: at,
    delivery: null,
    events: [{ id, decoded, position: { at, key: '', id }, keyHash: null }],
  }
}
