import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Database } from '../../src/store/database'
import { addSecret, addUses, retireSecret } from '../../src/store/secrets'
import { SourceBook } from '../../src/store/source-book'
import { deleteSource, ensureDefaultSource, insertSource, listSources, updateSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { freshDatabase } from '../support/database'

const vault = new Vault(new Uint8Array(32).fill(9))
const ONE = 'the first secret of tests'
const TWO = 'the second secret of tests'
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
let db: Database
beforeAll(async () => void (db = await freshDatabase()))
afterAll(() => db.close())

const find = async (slug: string) => (await listSources(db.read, vault)).find((source) => source.slug === slug)

describe('the default source', () => {
  test('is made at the first start with a generated secret, shown once', async () => {
    const fresh = await freshDatabase()
    const first = await ensureDefaultSource(fresh.read, vault, { webhookSecret: null }, NOW)
    const again = await ensureDefaultSource(fresh.read, vault, { webhookSecret: null }, NOW)
    const [source] = await listSources(fresh.read, vault)
    expect(first).toEqual({ created: true, secret: expect.stringMatching(/^[\w-]{43}$/) as unknown as string })
    expect(again).toEqual({ created: false, secret: null })
    expect(source).toMatchObject({
      slug: 'default',
      provider: 'auto',
      schemes: null,
      createdAt: NOW,
      secrets: [{ value: first.secret as string, retiresAt: null, uses: 0 }],
    })
    await fresh.close()
  })

  test('takes WEBHOOK_SECRET as its first secret, adds a changed one beside it, and leaves a retired one retired', async () => {
    const fresh = await freshDatabase()
    const values = async () => (await listSources(fresh.read, vault))[0]?.secrets.map((secret) => secret.value)
    expect(await ensureDefaultSource(fresh.read, vault, { webhookSecret: ONE }, NOW)).toEqual({ created: true, secret: null })
    await ensureDefaultSource(fresh.read, vault, { webhookSecret: TWO }, NOW + 1)
    expect(await values()).toEqual([ONE, TWO])
    const [source] = await listSources(fresh.read, vault)
    await retireSecret(fresh.read, source?.secrets[0]?.id as string, NOW)
    await ensureDefaultSource(fresh.read, vault, { webhookSecret: ONE }, NOW + 2)
    expect(await values()).toEqual([ONE, TWO])
    await fresh.close()
  })

  test('takes a third WEBHOOK_SECRET only when the older of two is needed no more', async () => {
    const fresh = await freshDatabase()
    const secrets = async () => (await listSources(fresh.read, vault))[0]?.secrets ?? []
    await ensureDefaultSource(fresh.read, vault, { webhookSecret: ONE }, NOW)
    await ensureDefaultSource(fresh.read, vault, { webhookSecret: TWO }, NOW + 1)
    const third = ensureDefaultSource(fresh.read, vault, { webhookSecret: 'the third secret of tests' }, NOW + 2)
    expect(third).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('rotate-secret --finish') })
    await third.catch(() => {})
    await addUses(fresh.read, [{ id: (await secrets())[1]?.id as string, times: 1, firstAt: NOW + 3, lastAt: NOW + 3 }])
    await ensureDefaultSource(fresh.read, vault, { webhookSecret: 'the third secret of tests' }, NOW + 4)
    expect((await secrets()).map((one) => [one.value, one.retiresAt])).toEqual([
      [ONE, NOW + 4],
      [TWO, null],
      ['the third secret of tests', null],
    ])
    await fresh.close()
  })

  test('is made once when several instances start together', async () => {
    const fresh = await freshDatabase()
    const made = await Promise.all([1, 2, 3, 4].map(() => ensureDefaultSource(fresh.read, vault, { webhookSecret: null }, NOW)))
    expect(made.filter((one) => one.created)).toHaveLength(1)
    expect((await listSources(fresh.read, vault))[0]?.secrets).toHaveLength(1)
    await fresh.close()
  })
})

describe('a source', () => {
  test('keeps its settings, and its secrets sealed', async () => {
    const schemes = [{ scheme: 'api-key', header: 'x-api-key' }] as const
    const { id } = await insertSource(db.read, { slug: 'shop', label: 'Shop', provider: 'waha', schemes: [...schemes], staleAfterMs: 60_000 }, NOW)
    await addSecret(db.read, vault, id, NOW, 'a top secret of the shop ✓')
    expect(await find('shop')).toMatchObject({
      id,
      slug: 'shop',
      label: 'Shop',
      provider: 'waha',
      schemes: [...schemes],
      staleAfterMs: 60_000,
      qrExpiresAfterMs: null,
      createdAt: NOW,
      secrets: [{ value: 'a top secret of the shop ✓' }],
    })
    const [row] = await db.read`select * from secrets where source_id = ${id}`
    expect(JSON.stringify(row)).not.toContain('top secret of')
    expect(Buffer.from(row?.ciphertext as Uint8Array).includes('top secret of')).toBe(false)
    await updateSource(db.read, id, { label: 'Shop 2', provider: 'auto' })
    expect(await find('shop')).toMatchObject({ label: 'Shop 2', provider: 'auto', schemes: null, staleAfterMs: null })
  })

  test('needs a slug of its own that can stand in a URL', async () => {
    const input = { label: 'x', provider: 'auto' }
    await insertSource(db.read, { slug: 'taken', ...input }, NOW)
    expect(insertSource(db.read, { slug: 'taken', ...input }, NOW)).rejects.toMatchObject({ code: 'conflict' })
    for (const slug of ['', 'Ü', 'a b', 'A', '-a', 'a-', 'x'.repeat(64), 'webhook', 'unknown']) {
      expect(insertSource(db.read, { slug, ...input }, NOW)).rejects.toMatchObject({ code: 'invalid' })
    }
  })

  test('goes with its secrets; the default one stays', async () => {
    const { id } = await insertSource(db.read, { slug: 'gone', label: 'x', provider: 'auto' }, NOW)
    await addSecret(db.read, vault, id, NOW)
    await deleteSource(db.read, id)
    expect(await find('gone')).toBeUndefined()
    expect(deleteSource(db.read, id)).rejects.toMatchObject({ code: 'not_found' })
    await ensureDefaultSource(db.read, vault, { webhookSecret: null }, NOW)
    expect(deleteSource(db.read, (await find('default'))?.id as string)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('cannot be read with another encryption key, and says what to do', async () => {
    expect(listSources(db.read, new Vault(new Uint8Array(32)))).rejects.toThrow('set ENCRYPTION_KEY')
  })
})

describe('the book of sources', () => {
  test('shows a change as soon as it is refreshed, and drops a secret when it has retired', async () => {
    let now = NOW
    const { id } = await insertSource(db.read, { slug: 'book', label: 'x', provider: 'auto' }, NOW)
    const book = await SourceBook.load(db.read, vault, () => now)
    expect(book.find('book')?.secrets).toEqual([])
    const secret = await addSecret(db.read, vault, id, NOW)
    await book.refresh()
    expect(book.find('book')?.secrets.map((one) => one.value)).toEqual([secret.value])
    await retireSecret(db.read, secret.id, NOW + 60_000)
    await book.refresh()
    expect(book.find('book')?.secrets).toMatchObject([{ id: secret.id, retiresAt: NOW + 60_000 }])
    now += 60_000
    await book.refresh()
    expect(book.find('book')?.secrets).toEqual([])
    expect(book.find('nothing')).toBeUndefined()
    await book.close()
  })

  test('counts the uses of a secret and writes them when it closes', async () => {
    const { id } = await insertSource(db.read, { slug: 'uses', label: 'x', provider: 'auto' }, NOW)
    const secret = await addSecret(db.read, vault, id, NOW)
    const book = await SourceBook.load(db.read, vault, () => NOW + 5)
    for (let i = 0; i < 100; i++) book.noteUse(secret.id)
    await book.refresh()
    book.noteUse(secret.id)
    await book.close()
    expect((await find('uses'))?.secrets).toMatchObject([{ uses: 101, lastUsedAt: NOW + 5 }])
  })

  test('goes on with what it knows while the database is away, and loses no count', async () => {
    const lonely = await freshDatabase()
    await ensureDefaultSource(lonely.read, vault, { webhookSecret: ONE }, NOW)
    const book = await SourceBook.load(lonely.read, vault, () => NOW)
    const id = book.default().secrets[0]?.id as string
    await lonely.read`alter table secrets rename to away`
    book.noteUse(id)
    expect(book.refresh()).rejects.toThrow()
    await book.refresh().catch(() => {})
    expect(book.default().secrets).toHaveLength(1)
    await lonely.read`alter table away rename to secrets`
    await book.refresh()
    expect((await listSources(lonely.read, vault))[0]?.secrets[0]?.uses).toBe(1)
    await book.close()
    await lonely.close()
  })
})
