import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmodSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, openDatabase } from '../../src/store/database'
import { freePort } from '../../src/store/free-port'
import { createSource, deleteSource, ensureDefaultSource, listSources } from '../../src/store/sources'
import { openVault } from '../../src/store/vault'
import { loadTask } from '../../src/tasks/list'
import { freshDatabaseUrl } from '../support/database'
import { dataFolder, task } from './support/task'

/** Scripts and deployments call them by these names. */
const PROMISED = 'migrate seed simulate replay rebuild backup restore doctor create-user create-api-key rotate-secret prove'.split(' ')

let folder: string
let url: string
let env: Record<string, string>
let db: Database

beforeAll(async () => {
  folder = dataFolder()
  url = await freshDatabaseUrl()
  env = { DATA_DIR: folder, DATABASE_URL: url, PORT: String(await freePort()) }
  db = await openDatabase(url, { write: 1, read: 1 })
}, 60_000)
afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true })
})

describe('bun task', () => {
  test('lists what there is, one line each', async () => {
    const { out, code } = await task([], env)
    expect(code).toBe(0)
    expect([...out.matchAll(/^ {2}([\w-]+) +\w/gm)].map(([, name]) => name)).toEqual(['up', ...PROMISED])
  })

  test('has every task that it lists, each with a usage of its own', async () => {
    for (const name of PROMISED) expect((await loadTask(name))?.usage).toStartWith(`Usage: bun task ${name}`)
  })

  test('explains a task, a wrong name and a wrong option', async () => {
    expect((await task(['backup', '--help'], env)).out).toContain('Usage: bun task backup')
    const unknown = await task(['bakcup'], env)
    expect([unknown.code, unknown.err.split('\n')[0]]).toEqual([2, 'There is no task "bakcup".'])
    const wrong = await task(['migrate', '--fast'], env)
    expect(wrong.code).toBe(1)
    expect(wrong.err).toContain("Unknown option '--fast'")
  })
})

describe('operators and keys', () => {
  test('can be made without a browser, the password never on the command line', async () => {
    const short = await task(['create-user', '--email', 'grace@example.org'], env, 'short\n')
    expect([short.code, short.err.trim()]).toEqual([1, 'password: At least 12 characters'])
    const made = await task(['create-user', '--email', 'grace@example.org', '--role', 'admin'], env, 'correct horse battery\n')
    expect([made.code, made.out.trim()]).toEqual([0, `grace@example.org can log in at http://localhost:${env.PORT} as admin.`])
    const twice = await task(['create-user', '--email', 'grace@example.org'], env, 'correct horse battery\n')
    expect(twice.err.trim()).toBe('There is an operator grace@example.org already')
    const key = await task(['create-api-key', '--name', 'ci', '--scope', 'write'], env)
    expect(key.out).toMatch(/^lk_[\w-]{43}\n$/)
  }, 60_000)

  test('a new secret is printed once; the old one lives until the rotation is finished', async () => {
    const vault = await openVault({ encryptionKey: null, dataDir: folder })
    await ensureDefaultSource(db.write, vault, { webhookSecret: 'the old secret of tests' }, Date.now())
    const { out, code } = await task(['rotate-secret'], env)
    const [source] = await listSources(db.read, vault)
    expect(code).toBe(0)
    expect(source?.secrets.map((secret) => secret.value)).toEqual(['the old secret of tests', out.trim()])
    expect(source?.secrets.map((secret) => secret.retiresAt)).toEqual([null, null])
    expect((await task(['rotate-secret'], env)).err).toContain('2 live secrets already')
    expect((await task(['rotate-secret', '--status'], env)).out).toStartWith('waiting: No sender uses the new secret yet')
    expect((await task(['rotate-secret', '--finish'], env)).err).toContain('No sender uses the new secret yet')
    expect(await task(['rotate-secret', '--finish', '--force'], env)).toMatchObject({ code: 0 })
    expect((await task(['rotate-secret', '--status'], env)).out).toContain('"default" has 1 live secret:')
    expect(await task(['rotate-secret', '--retire-after', '24h'], env)).toMatchObject({ code: 0 })
    const retiring = (await listSources(db.read, vault))[0]?.secrets[1]?.retiresAt ?? 0
    expect(retiring - Date.now()).toBeGreaterThan(23 * 3_600_000)
  }, 30_000)
})

describe('backup and restore', () => {
  test('go through files, keep as many as asked, and refuse what is not empty or not whole', async () => {
    const out = join(folder, 'one.lkb')
    expect(await task(['backup', '--out', out], env)).toMatchObject({ code: 0 })
    expect((await task(['backup', '--check', out], env)).out).toContain('is whole')
    expect((await task(['restore', out], env)).err).toContain('The database is not empty')
    await task(['backup', '--keep', '1'], env)
    expect(readdirSync(join(folder, 'backups'))).toHaveLength(1)
    expect((await task(['restore', join(folder, 'none.lkb')], env)).err.trim()).toBe(`${join(folder, 'none.lkb')} cannot be read (ENOENT)`)
    const restored = await task(['restore', out], { ...env, DATABASE_URL: await freshDatabaseUrl() })
    expect([restored.code, restored.err]).toEqual([0, ''])
  }, 60_000)
})

describe('the doctor', () => {
  test('finds everything in order', async () => {
    const { out, code } = await task(['doctor'], env)
    expect(out).not.toContain('FAIL')
    for (const name of [
      'configuration',
      'data folder',
      'encryption.key',
      'disk',
      'port',
      'database',
      'durability',
      'clock',
      'schema',
      'partitions',
      'encryption key',
    ])
      expect(out).toContain(name)
    expect(code).toBe(0)
  }, 30_000)

  test('tells a source that anybody could post to', async () => {
    const vault = await openVault({ encryptionKey: null, dataDir: folder })
    const open = await createSource(db.write, vault, { slug: 'open', label: 'Open', provider: 'auto', schemes: [{ scheme: 'none' }] }, Date.now())
    const weak = await createSource(db.write, vault, { slug: 'weak', label: 'Weak', provider: 'gowa' }, Date.now())
    const id = weak.secret?.id as string
    const { ciphertext } = vault.seal('secret', `secret:${id}`)
    await db.write`update secrets set ciphertext = ${ciphertext as Buffer} where id = ${id}`
    const { out, code } = await task(['doctor'], env)
    expect(code).toBe(0)
    expect(out).toMatch(/warn {2}source +"open" asks for no proof/)
    expect(out).toMatch(/warn {2}source +a secret of "weak" is weak: it is the one that GOWA uses/)
    for (const made of [open, weak]) await deleteSource(db.write, made.id)
  }, 30_000)

  test('tells a key file that others can read, a key that opens nothing, and commits that are not on disk', async () => {
    await db.write.unsafe(`alter database ${url.slice(url.lastIndexOf('/') + 1)} set synchronous_commit = off`)
    chmodSync(join(folder, 'encryption.key'), 0o644)
    const { out, code } = await task(['doctor'], { ...env, ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') })
    expect(code).toBe(1)
    expect(out).toMatch(/FAIL {2}encryption\.key +mode 644: others can read it\n +→ chmod 600/)
    expect(out).toMatch(/FAIL {2}durability +synchronous_commit off/)
    expect(out).toMatch(/FAIL {2}encryption key +A secret was sealed with/)
  }, 30_000)

  test('tells wrong variables, and a database that is not there', async () => {
    expect((await task(['doctor'], { ...env, PORT: 'x' })).out).toContain('FAIL  configuration  PORT: given x')
    const { out, code } = await task(['doctor'], { ...env, DATABASE_URL: `postgres://me:S3CRET@127.0.0.1:${await freePort()}/x` })
    expect([code, out.includes('S3CRET')]).toEqual([1, false])
    expect(out).toMatch(/FAIL {2}database +cannot be reached/)
  }, 30_000)
})
