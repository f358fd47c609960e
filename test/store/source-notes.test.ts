import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { DEFAULT_SCHEMES } from '../../src/signing/scheme'
import type { Database } from '../../src/store/database'
import { addMismatches, addSightings, forgetMismatches, listMismatches, listSightings, MISMATCHES_KEPT } from '../../src/store/source-notes'
import { confirmProvider, insertSource, listSources, updateSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { freshDatabase } from '../support/database'

const vault = new Vault(new Uint8Array(32).fill(9))
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
let db: Database
beforeAll(async () => void (db = await freshDatabase()))
afterAll(() => db.close())

const find = async (slug: string) => (await listSources(db.read, vault)).find((source) => source.slug === slug)

describe('what a source shows of its senders', () => {
  const made = async (slug: string) => (await insertSource(db.read, { slug, label: 'x', provider: 'auto' }, NOW)).id

  test('sums up who was recognised', async () => {
    const sourceId = await made('heard')
    const note = { sourceId, provider: 'waha', times: 2, firstAt: NOW, lastAt: NOW + 1 }
    await addSightings(db.read, [note, { ...note, provider: 'unknown', times: 1 }])
    await addSightings(db.read, [
      { ...note, times: 3, firstAt: NOW + 5, lastAt: NOW + 9 },
      { ...note, sourceId: Bun.randomUUIDv7() },
    ])
    const sightings = [
      { provider: 'waha', times: 5, firstAt: NOW, lastAt: NOW + 9 },
      { provider: 'unknown', times: 1, firstAt: NOW, lastAt: NOW + 1 },
    ]
    expect(await listSightings(db.read, sourceId)).toEqual(sightings)
    await confirmProvider(db.read, sourceId, 'waha')
    await updateSource(db.read, sourceId, { label: 'x', provider: 'signed' })
    expect(await listSightings(db.read, sourceId)).toEqual(sightings)
    await updateSource(db.read, sourceId, { label: 'x', provider: 'auto' })
    expect(await listSightings(db.read, sourceId)).toEqual([])
  })

  test('becomes its provider only when somebody confirms it, and then still accepts what it accepted', async () => {
    const id = await made('confirmed')
    await confirmProvider(db.read, id, 'waha')
    expect(await find('confirmed')).toMatchObject({ provider: 'waha', schemes: [...DEFAULT_SCHEMES] })
    expect(confirmProvider(db.read, id, 'signed')).rejects.toMatchObject({ code: 'conflict' })
    expect(confirmProvider(db.read, Bun.randomUUIDv7(), 'signed')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('lists where URL and body named different sessions, the latest hundred of them', async () => {
    const sourceId = await made('mismatched')
    const note = { sourceId, pathSession: 'ABCD', bodySession: 'EFGH', times: 1, firstAt: NOW, lastAt: NOW }
    await addMismatches(db.read, [note, { ...note, bodySession: 'IJKL' }])
    await addMismatches(db.read, [
      { ...note, times: 4, lastAt: NOW + 7 },
      { ...note, pathSession: 'alias', bodySession: '4915…' },
    ])
    expect(await listMismatches(db.read, sourceId)).toEqual([
      { pathSession: 'ABCD', bodySession: 'EFGH', times: 5, firstAt: NOW, lastAt: NOW + 7, bodySessions: 2 },
      { pathSession: 'ABCD', bodySession: 'IJKL', times: 1, firstAt: NOW, lastAt: NOW, bodySessions: 2 },
      { pathSession: 'alias', bodySession: '4915…', times: 1, firstAt: NOW, lastAt: NOW, bodySessions: 1 },
    ])
    await addMismatches(
      db.read,
      Array.from({ length: MISMATCHES_KEPT }, (_, i) => ({ ...note, bodySession: `s${i}`, lastAt: NOW + 100 + i })),
    )
    const kept = await listMismatches(db.read, sourceId)
    expect([kept.length, kept[0]?.bodySession]).toEqual([MISMATCHES_KEPT, `s${MISMATCHES_KEPT - 1}`])
    await forgetMismatches(db.read, sourceId)
    expect(await listMismatches(db.read, sourceId)).toEqual([])
  })
})
