import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openVault, Vault } from '../../src/store/vault'

const folders: string[] = []
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'linekeeper-vault-'))
  folders.push(made)
  return made
}
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true })
})

const key = (fill: number) => new Uint8Array(32).fill(fill)

describe('the vault', () => {
  test('opens what it sealed', () => {
    const vault = new Vault(key(1))
    for (const text of ['', 'a', 'geheimnis ✓ 🔑', 'x'.repeat(5_000)]) expect(vault.open(vault.seal(text, 'row'), 'row')).toBe(text)
  })

  test('never seals the same text to the same bytes', () => {
    const vault = new Vault(key(1))
    expect(vault.seal('same', 'row').ciphertext).not.toEqual(vault.seal('same', 'row').ciphertext)
  })

  test('refuses what another key sealed, and says which', () => {
    const sealed = new Vault(key(1)).seal('text', 'row')
    expect(() => new Vault(key(2)).open(sealed, 'row')).toThrow(
      /sealed with the encryption key [0-9a-f]{8}, but this server has [0-9a-f]{8}: set ENCRYPTION_KEY/,
    )
  })

  test('refuses sealed text with any bit flipped, and text that was sealed for another row', () => {
    const vault = new Vault(key(1))
    const sealed = vault.seal('text', 'row')
    for (let i = 0; i < sealed.ciphertext.byteLength; i++) {
      const bent = Uint8Array.from(sealed.ciphertext)
      bent[i] = (bent[i] as number) ^ 1
      expect(() => vault.open({ ...sealed, ciphertext: bent }, 'row')).toThrow('damaged')
    }
    expect(() => vault.open({ ...sealed, ciphertext: new Uint8Array(3) }, 'row')).toThrow('damaged')
    expect(() => vault.open(sealed, 'other row')).toThrow('damaged')
  })

  test('gives equal secrets equal fingerprints of 8 hex digits, different under another key', () => {
    const vault = new Vault(key(1))
    expect(vault.fingerprint('s')).toMatch(/^[0-9a-f]{8}$/)
    expect(vault.fingerprint('s')).toBe(vault.fingerprint('s'))
    expect(vault.fingerprint('s')).not.toBe(vault.fingerprint('t'))
    expect(vault.fingerprint('s')).not.toBe(new Vault(key(2)).fingerprint('s'))
  })

  test('generates its key once, readable by nobody else', async () => {
    const dataDir = join(folder(), 'new')
    const [first, second] = await Promise.all([openVault({ encryptionKey: null, dataDir }), openVault({ encryptionKey: null, dataDir })])
    const later = await openVault({ encryptionKey: null, dataDir })
    expect(later.keyId).toBe(first.keyId)
    expect(second.keyId).toBe(first.keyId)
    expect(statSync(join(dataDir, 'encryption.key')).mode & 0o777).toBe(0o600)
    expect(Buffer.from(readFileSync(join(dataDir, 'encryption.key'), 'utf8'), 'base64').byteLength).toBe(32)
  })

  test('takes ENCRYPTION_KEY over the file, and does not write one then', async () => {
    const dataDir = join(folder(), 'none')
    const vault = await openVault({ encryptionKey: key(7), dataDir })
    expect(vault.keyId).toBe(new Vault(key(7)).keyId)
    expect(await Bun.file(join(dataDir, 'encryption.key')).exists()).toBe(false)
  })

  test('says so when the key file holds no key', async () => {
    const dataDir = folder()
    writeFileSync(join(dataDir, 'encryption.key'), 'oops')
    expect(openVault({ encryptionKey: null, dataDir })).rejects.toThrow('does not hold 32 bytes in base64')
  })
})
