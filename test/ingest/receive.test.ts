import { expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import type { Entry } from '../../src/ingest/batch'
import { type ReceiveDeps, receive } from '../../src/ingest/receive'
import type { Source } from '../../src/store/sources'
import { ALLOWANCES, TEST_SOURCE } from '../support/entries'

const SECRET = 'secret-of-the-sender'
const source = {
  id: TEST_SOURCE,
  slug: 'own',
  label: 'Own',
  provider: 'signed',
  schemes: null,
  ownerId: null,
  secrets: [{ id: TEST_SOURCE, value: SECRET }],
} as unknown as Source

async function positionOf(timestamp: unknown, receivedAt: number): Promise<number | undefined> {
  const entries: Entry[] = []
  const writer = { append: async (one: Entry) => ({ id: String(entries.push(one)), duplicate: false }) }
  const deps = {
    writer,
    allowances: ALLOWANCES,
    fingerprint: () => 'f',
    now: () => receivedAt,
    noteUse() {},
    notes: { recognised() {}, mismatched() {} },
    async admitted() {},
  } as unknown as ReceiveDeps
  const body = Buffer.from(JSON.stringify({ type: 'session.connected', timestamp, data: { sessionId: 'shop' } }))
  const headers = { 'x-webhook-signature': createHmac('sha256', SECRET).update(body).digest('hex') }
  const id = Bun.randomUUIDv7('hex', Math.floor(receivedAt))
  const outcome = await receive(deps, source, { id, receivedAt, method: 'POST', path: '/', pathSession: null, headers, body, address: '::1' })
  expect(outcome.kind).toBe('stored')
  return entries[0]?.events[0]?.position.at
}

test('an event stands where the ledger will find it again: its time is whole microseconds, at most a day back and never after its arrival', async () => {
  const now = 1_795_468_930_044.703
  expect(await positionOf(1_795_468_920.123_456_7, now)).toBe(1_795_468_920_123.457)
  expect(await positionOf(1_795_468_999_000, now)).toBe(now)
  expect(await positionOf(1_700_000_000_000, now)).toBe(1_795_382_530_044.703)
})
