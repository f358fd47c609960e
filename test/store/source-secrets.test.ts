import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rotationOf } from '../../src/domain/rotation'
import type { Database } from '../../src/store/database'
import { addSecret, addUses, finishRotation, startRotation, withdrawSecret } from '../../src/store/secrets'
import { createSource, insertSource, listSources } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { freshDatabase } from '../support/database'

const vault = new Vault(new Uint8Array(32).fill(9))
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
let db: Database
beforeAll(async () => void (db = await freshDatabase()))
afterAll(() => db.close())

const find = async (slug: string) => (await listSources(db.read, vault)).find((source) => source.slug === slug)

describe('the secrets of a source', () => {
  const live = async (slug: string) => (await find(slug))?.secrets.filter((one) => one.retiresAt === null).map((one) => one.value)

  test('are two at most, also when several people add one at once', async () => {
    const { id } = await insertSource(db.read, { slug: 'two', label: 'x', provider: 'auto' }, NOW)
    const tries = await Promise.allSettled([1, 2, 3, 4, 5].map(() => addSecret(db.write, vault, id, NOW)))
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(2)
    expect(tries.filter((one) => one.status === 'rejected').map((one) => (one as PromiseRejectedResult).reason.code)).toEqual(Array(3).fill('conflict'))
    expect(await live('two')).toHaveLength(2)
  })

  test('move on: the new one is added, the old one goes when it is needed no more', async () => {
    const { id, secret } = await createSource(db.write, vault, { slug: 'moving', label: 'x', provider: 'waha' }, NOW)
    const made = await startRotation(db.write, vault, id, NOW + 10)
    const source = async () => (await find('moving')) as NonNullable<Awaited<ReturnType<typeof find>>>
    expect(rotationOf((await source()).secrets, NOW + 20)).toMatchObject({ state: 'waiting', previous: { id: secret?.id as string }, next: { id: made.id } })
    expect(finishRotation(db.write, await source(), NOW + 20)).rejects.toMatchObject({ code: 'conflict' })
    await addUses(db.read, [{ id: made.id, times: 2, firstAt: NOW + 30, lastAt: NOW + 40 }])
    await addUses(db.read, [{ id: made.id, times: 1, firstAt: NOW + 50, lastAt: NOW + 50 }])
    expect((await source()).secrets[1]).toMatchObject({ uses: 3, firstUsedAt: NOW + 30, lastUsedAt: NOW + 50 })
    expect(await finishRotation(db.write, await source(), NOW + 60)).toEqual({ retired: secret?.id as string })
    expect(await live('moving')).toEqual([made.value])
    expect(finishRotation(db.write, await source(), NOW + 70)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('may be set to retire by themselves once senders are being moved', async () => {
    const { id } = await createSource(db.write, vault, { slug: 'timed', label: 'x', provider: 'waha' }, NOW)
    await startRotation(db.write, vault, id, NOW, { value: 'a secret of my own choice', retireAfterMs: 5_000 })
    expect((await find('timed'))?.secrets.map((one) => one.retiresAt)).toEqual([NOW + 5_000, null])
    expect(startRotation(db.write, vault, id, NOW, { value: 'THISISMYSECURETOKEN' })).rejects.toMatchObject({ code: 'invalid' })
    await startRotation(db.write, vault, id, NOW + 5_000)
    expect(await live('timed')).toHaveLength(2)
  })

  test('never go all at once by mistake', async () => {
    const { secret } = await createSource(db.write, vault, { slug: 'last', label: 'x', provider: 'waha' }, NOW)
    const source = (await find('last')) as NonNullable<Awaited<ReturnType<typeof find>>>
    expect(withdrawSecret(db.write, source, secret?.id as string, NOW)).rejects.toMatchObject({ code: 'conflict' })
    expect(withdrawSecret(db.write, source, Bun.randomUUIDv7(), NOW)).rejects.toMatchObject({ code: 'not_found' })
    const other = await addSecret(db.write, vault, source.id, NOW)
    const both = await Promise.allSettled([secret?.id as string, other.id].map((id) => withdrawSecret(db.write, source, id, NOW)))
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    await withdrawSecret(db.write, source, both[0]?.status === 'fulfilled' ? other.id : (secret?.id as string), NOW, true)
    expect(await live('last')).toEqual([])
  })

  test('are none for a source that asks for no proof, and none is left behind when a source cannot be made', async () => {
    const open = await createSource(db.write, vault, { slug: 'open', label: 'x', provider: 'wppconnect', schemes: [{ scheme: 'none' }] }, NOW)
    expect(open.secret).toBeNull()
    expect(createSource(db.write, vault, { slug: 'weak', label: 'x', provider: 'auto' }, NOW, 'secret')).rejects.toMatchObject({ code: 'invalid' })
    expect(addSecret(db.write, vault, Bun.randomUUIDv7(), NOW)).rejects.toMatchObject({ code: 'not_found' })
    expect(await find('weak')).toBeUndefined()
  })
})
