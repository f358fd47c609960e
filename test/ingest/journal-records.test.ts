import { expect, test } from 'bun:test'
import { decodeJournalled, encodeEntry, encodeQuarantined } from '../../src/ingest/journal-records'
import { entry, event, message } from '../support/entries'

test('an entry comes back as it was: bytes of the body, half surrogates, microseconds', () => {
  const given = entry(
    'line \ud800',
    [message('message.received', 'M1', { message: { text: 'olá \ud83d' } }), event('session.connected')],
    1_700_000_000_000.123,
  )
  if (given.delivery) given.delivery.body = new Uint8Array([0, 255, 1, 128])
  const told = decodeJournalled(encodeEntry(given))
  if (told.kind !== 'entry') throw new Error('another kind')
  expect(new Uint8Array(told.entry.delivery?.body ?? [])).toEqual(new Uint8Array([0, 255, 1, 128]))
  expect({ ...told.entry, delivery: { ...told.entry.delivery, body: null } }).toEqual({ ...given, delivery: { ...given.delivery, body: null } } as never)
})

test('an entry of our own, without a delivery, comes back', () => {
  const given = { ...entry('swept', [event('session.stale')]), delivery: null }
  expect(decodeJournalled(encodeEntry(given))).toEqual({ kind: 'entry', entry: given })
})

test('a delivery for the quarantine comes back', () => {
  const given = {
    sessionId: 's',
    id: 'i',
    sourceId: 'u',
    name: null,
    receivedAt: 1.5,
    reason: 'no JSON',
    path: '/',
    address: '::1',
    headers: '{}',
    body: new Uint8Array([123, 0, 34]),
    bodySize: 3,
    scheme: 'hmac',
    secretId: null,
  }
  const told = decodeJournalled(encodeQuarantined(given))
  expect({ ...told, quarantined: { ...(told as { quarantined: typeof given }).quarantined, body: [] } }).toEqual({
    kind: 'quarantined',
    quarantined: { ...given, body: [] },
  } as never)
  expect([...(told as { quarantined: typeof given }).quarantined.body]).toEqual([123, 0, 34])
})
