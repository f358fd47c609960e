import { afterAll, expect, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytes, drainAll, openJournal } from '../journal/support'
import { describeOnSmallDisk, mountSmallDisk } from './tmpfs'

const disk = mountSmallDisk(2 << 20)
afterAll(() => disk.unmount())

const record = (nth: number) => bytes(`${String(nth).padStart(8, '0')}${'x'.repeat(10_000)}`)
const nthOf = (text: string) => Number(text.slice(0, 8))

describeOnSmallDisk('a journal on a disk that is full', () => {
  test('refuses what it cannot keep, has all that it took, and takes again by itself when there is room', async () => {
    const refusals: unknown[] = []
    const journal = await openJournal(join(disk.path, 'journal'), { segmentBytes: 300_000 }, { refused: (cause) => refusals.push(cause) })
    const kept: number[] = []
    const appendOne = async (nth: number) => {
      try {
        await journal.append(record(nth), nth)
        kept.push(nth)
      } catch (cause) {
        expect(cause).toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 })
        expect((cause as Error).message).toContain('ENOSPC')
        expect(journal.isTaking).toBe(false)
      }
    }
    const ballast = join(disk.path, 'ballast')
    writeFileSync(ballast, Buffer.alloc(1 << 20))
    for (let round = 0; round < 60; round++) await Promise.all([0, 1, 2, 3].map((one) => appendOne(round * 4 + one)))
    expect(kept.length).toBeGreaterThan(50)
    expect(kept.length).toBeLessThan(150)
    expect(refusals.length).toBeGreaterThan(0)

    const before = kept.length
    rmSync(ballast)
    for (let round = 60; round < 70; round++) await Promise.all([0, 1, 2, 3].map((one) => appendOne(round * 4 + one)))
    expect(kept.length).toBe(before + 40)
    expect(journal.isTaking).toBe(true)
    expect((await drainAll(journal)).map(nthOf)).toEqual(kept)
    expect(journal.isEmpty).toBe(true)
    await journal.close()
  })

  test('loses nothing acknowledged when it is opened again after that', async () => {
    const root = join(disk.path, 'again')
    const journal = await openJournal(root, { segmentBytes: 300_000 })
    const kept: number[] = []
    for (let nth = 0; nth < 250; nth++)
      await journal.append(record(nth), nth).then(
        () => kept.push(nth),
        () => {},
      )
    expect(kept.length).toBeLessThan(250)
    await journal.close()
    const damages: unknown[] = []
    const reopened = await openJournal(root, {}, { damaged: (damage) => damages.push(damage) })
    expect((await drainAll(reopened)).map(nthOf)).toEqual(kept)
    expect(damages).toEqual([])
    await reopened.close()
  })
})
