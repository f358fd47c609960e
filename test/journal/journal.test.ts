import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Damage } from '../../src/journal/journal'
import { appendAll, bytes, drainAll, filesBelow, newRoot, openJournal, removeRoots } from './support'

afterAll(removeRoots)

const many = (count: number, from = 0) => Array.from({ length: count }, (_, nth) => `record ${from + nth}`)

describe('the journal', () => {
  test('gives records back in the order in which they came, and is empty then', async () => {
    const journal = await openJournal(newRoot(), { segmentBytes: 1_000 })
    await appendAll(journal, many(200))
    expect(journal.state).toMatchObject({ records: 200, oldestAt: 1_000 })
    expect(await drainAll(journal)).toEqual(many(200))
    expect(journal.state).toEqual({ records: 0, bytes: 0, oldestAt: null })
    expect(journal.isEmpty).toBe(true)
    await journal.close()
  })

  test('has a record on disk when it says so', async () => {
    const root = newRoot()
    const journal = await openJournal(root)
    await appendAll(journal, ['kept'])
    expect(filesBelow(root, '.segment').map((path) => readFileSync(path).includes('kept'))).toEqual([true])
    await journal.close()
  })

  test('syncs what comes together with one write', async () => {
    const root = newRoot()
    const journal = await openJournal(root, { groupBytes: 1 << 20 })
    const settled: number[] = []
    await Promise.all(many(50).map((text, nth) => journal.append(bytes(text), nth).then(() => settled.push(journal.state.records))))
    expect(new Set(settled)).toEqual(new Set([50]))
    await journal.close()
  })

  test('gives again what was not marked as done, after a restart too', async () => {
    const root = newRoot()
    const first = await openJournal(root)
    await appendAll(first, many(10))
    const portion = await first.next()
    await portion?.markDone(4)
    expect((await first.next())?.records.length).toBe(6)
    expect(first.state.records).toBe(6)
    await first.close()
    const second = await openJournal(root)
    // Segments go as a whole: what the ledger has already, it recognises.
    expect(await drainAll(second)).toEqual(many(10))
    await second.close()
    expect(filesBelow(root)).toEqual([])
  })

  test('goes on taking while it is emptied', async () => {
    const journal = await openJournal(newRoot(), { segmentBytes: 500 })
    await appendAll(journal, many(20))
    const portion = await journal.next()
    await appendAll(journal, many(20, 20))
    const first = portion?.records.map((record) => new TextDecoder().decode(record.payload)) ?? []
    await portion?.markDone(first.length)
    expect([...first, ...(await drainAll(journal))]).toEqual(many(40))
    await journal.close()
  })

  test('refuses what would make it larger than allowed, keeps the rest, and takes again when there is room', async () => {
    const journal = await openJournal(newRoot(), { maxBytes: 10_000 })
    await appendAll(journal, ['x'.repeat(9_000)])
    expect(journal.append(bytes('y'.repeat(2_000)), 0)).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 })
    expect((await drainAll(journal)).length).toBe(1)
    await appendAll(journal, ['z'.repeat(2_000)])
    expect(journal.state.records).toBe(1)
    await journal.close()
  })

  test('is for its owner alone to read', async () => {
    const root = newRoot()
    const journal = await openJournal(root)
    await appendAll(journal, ['private'])
    const [path = ''] = filesBelow(root, '.segment')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    await journal.close()
  })
})

describe('two processes on one data folder', () => {
  test('each have a folder of their own, and leave the other’s alone', async () => {
    const root = newRoot()
    const [one, two] = [await openJournal(root), await openJournal(root)]
    await appendAll(one, ['one'])
    await appendAll(two, ['two'])
    expect(await two.adopt()).toBe(false)
    expect(await drainAll(two)).toEqual(['two'])
    expect(await drainAll(one)).toEqual(['one'])
    await one.close()
    await two.close()
  })

  test('one takes over what the other leaves behind when it is killed, before its own', async () => {
    const root = newRoot()
    const killed = Bun.spawn(['bun', `${import.meta.dir}/fill.ts`, root, '30'], { stdout: 'pipe' })
    await killed.stdout.getReader().read()
    const journal = await openJournal(root)
    expect(journal.state.records).toBe(0)
    await appendAll(journal, ['own'])
    killed.kill('SIGKILL')
    await killed.exited
    expect(await journal.adopt()).toBe(true)
    expect(await drainAll(journal)).toEqual([...many(30), 'own'])
    await journal.close()
    expect(filesBelow(root)).toEqual([])
  })
})

describe('damage', () => {
  /** A closed journal of 40 records in several segments. */
  async function filled(): Promise<{ root: string; segments: string[] }> {
    const root = newRoot()
    const journal = await openJournal(root, { segmentBytes: 400 })
    for (let nth = 0; nth < 40; nth++) await appendAll(journal, [`record ${nth}`])
    await journal.close()
    return { root, segments: filesBelow(root, '.segment').sort() }
  }

  async function reopened(root: string): Promise<{ texts: string[]; damages: Damage[] }> {
    const damages: Damage[] = []
    const journal = await openJournal(root, {}, { damaged: (damage) => damages.push(damage) })
    const texts = await drainAll(journal)
    await journal.close()
    return { texts, damages }
  }

  test('in the middle is told and kept aside; every other record is given', async () => {
    const { root, segments } = await filled()
    const path = segments[1] as string
    const content = readFileSync(path)
    content[60] = (content[60] as number) ^ 0xff
    writeFileSync(path, content)
    const { texts, damages } = await reopened(root)
    expect(texts.length).toBe(39)
    expect(damages).toMatchObject([{ missing: 1 }])
    expect(readFileSync(damages[0]?.path as string).equals(content)).toBe(true)
    expect(filesBelow(root)).toEqual([damages[0]?.path as string])
  })

  test('of a whole file that is gone is told by the gap in the numbers', async () => {
    const { root, segments } = await filled()
    rmSync(segments[1] as string)
    const { texts, damages } = await reopened(root)
    expect(texts.length).toBeLessThan(40)
    expect(damages).toMatchObject([{ missing: 40 - texts.length, bytes: 0 }])
  })

  test('is not what a kill leaves: a last record that was never finished is dropped without a word', async () => {
    const { root, segments } = await filled()
    const path = segments.at(-1) as string
    truncateSync(path, statSync(path).size - 3)
    const { texts, damages } = await reopened(root)
    expect(texts).toEqual(many(39))
    expect(damages).toEqual([])
  })

  test('a folder of a later version is left as it is, and told', async () => {
    const { root, segments } = await filled()
    const content = readFileSync(segments[0] as string)
    content.writeUInt32LE(99, 8)
    content.writeUInt32LE(Bun.hash.crc32(content.subarray(0, 12)), 12)
    writeFileSync(segments[0] as string, content)
    const unreadable: string[] = []
    const journal = await openJournal(root, {}, { unreadable: (path) => unreadable.push(path) })
    expect(journal.isEmpty).toBe(true)
    expect(unreadable.length).toBe(1)
    await journal.close()
    expect(filesBelow(root, '.segment').sort()).toEqual(segments)
  })
})
