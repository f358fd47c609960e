import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { until } from '../support/until'
import { type HeldSyncs, hasSettled, holdSyncs } from './held-sync'
import { bytes, drainAll, filesBelow, newRoot, openJournal, removeRoots } from './support'

let syncs: HeldSyncs
beforeEach(async () => {
  syncs = await holdSyncs()
})
afterEach(() => syncs.end())
afterAll(removeRoots)

const isWritten = (root: string, text: string) => filesBelow(root, '.segment').some((path) => readFileSync(path).includes(text))

describe('the journal', () => {
  test('acknowledges a record when the disk has synced it, and not when it is written', async () => {
    const root = newRoot()
    const journal = await openJournal(root)
    const appended = journal.append(bytes('one'), 1)
    await until(() => syncs.waiting === 1, 'the sync')
    expect(isWritten(root, 'one')).toBe(true)
    expect(await hasSettled(appended)).toBe(false)
    syncs.next()
    await appended
    await journal.close()
  })

  test('syncs again for what came while it synced', async () => {
    const journal = await openJournal(newRoot())
    const first = journal.append(bytes('first'), 1)
    await until(() => syncs.waiting === 1, 'the first sync')
    const second = journal.append(bytes('second'), 2)
    syncs.next()
    await first
    await until(() => syncs.waiting === 1, 'the second sync')
    expect(await hasSettled(second)).toBe(false)
    syncs.next()
    await second
    await journal.close()
  })

  test('does not acknowledge what the disk could not sync, does not find it later, and takes again', async () => {
    const root = newRoot()
    const journal = await openJournal(root)
    const failed = journal.append(bytes('failed'), 1)
    await until(() => syncs.waiting === 1, 'the sync')
    syncs.next(Object.assign(new Error('I/O error'), { code: 'EIO' }))
    expect(await failed.catch((cause) => cause)).toMatchObject({ code: 'unavailable', message: expect.stringContaining('EIO') })
    expect(journal.state.records).toBe(0)
    expect(journal.isTaking).toBe(false)
    const kept = journal.append(bytes('kept'), 2)
    await until(() => syncs.waiting === 1, 'the next sync')
    syncs.next()
    await kept
    await journal.close()
    const reopened = await openJournal(root)
    expect(await drainAll(reopened)).toEqual(['kept'])
    await reopened.close()
  })
})
