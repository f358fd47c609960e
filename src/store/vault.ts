/** Our own secrets at rest: AES-256-GCM under one key, which lives outside the database. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../domain/error'
import { readOrCreateSecretFile } from './secret-file'

/** What a sealed secret looks like in a row. */
export interface Sealed {
  /** nonce ‖ ciphertext ‖ tag. */
  ciphertext: Uint8Array
  /** Which key sealed it. */
  keyId: string
}

export const KEY_FILE = 'encryption.key'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export class Vault {
  /** Tells keys apart without telling anything about them. */
  readonly keyId: string
  readonly #sealing: Uint8Array
  readonly #fingerprinting: Uint8Array
  readonly #derive: (purpose: string) => Uint8Array

  /** `key`: 32 bytes. Each purpose gets a key of its own, derived from it. */
  constructor(key: Uint8Array) {
    const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', key, '', `linekeeper ${purpose}`, 32))
    this.#derive = derive
    this.#sealing = derive('seal')
    this.#fingerprinting = derive('fingerprint')
    this.keyId = Buffer.from(derive('id')).toString('hex').slice(0, 8)
  }

  /** A secret of the server itself, such as the one that signs its cookies: 43 characters, the same at every start. */
  secretFor(purpose: string): string {
    return Buffer.from(this.#derive(purpose)).toString('base64url')
  }

  /** `about` names the row it belongs to: sealed text copied to another row does not open there. */
  seal(text: string, about: string): Sealed {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce).setAAD(Buffer.from(about))
    const ciphertext = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return { ciphertext, keyId: this.keyId }
  }

  /** @throws AppError `unavailable` when another key sealed it, or when it was tampered with. */
  open({ ciphertext, keyId }: Sealed, about: string): string {
    if (keyId !== this.keyId)
      throw new AppError('unavailable', `A secret was sealed with the encryption key ${keyId}, but this server has ${this.keyId}: ${REMEDY}`)
    const sealed = Buffer.from(ciphertext)
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#sealing, sealed.subarray(0, NONCE_BYTES))
      decipher.setAAD(Buffer.from(about)).setAuthTag(sealed.subarray(-TAG_BYTES))
      return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch (cause) {
      throw new AppError('unavailable', `A sealed secret (${about}) is damaged: replace it`, { cause })
    }
  }

  /** 8 hex digits that tell equal secrets to be equal, and without the key nothing more. */
  fingerprint(secret: string): string {
    return createHmac('sha256', this.#fingerprinting).update(secret).digest('hex').slice(0, 8)
  }
}

const REMEDY = `set ENCRYPTION_KEY to the key of this database, or put its ${KEY_FILE} back into DATA_DIR`

/**
 * The vault under ENCRYPTION_KEY, or under a key generated once into DATA_DIR (mode 0600).
 * @throws AppError `unavailable` when the key file cannot be read or written, or holds no key.
 */
export async function openVault(config: { encryptionKey: Uint8Array | null; dataDir: string }): Promise<Vault> {
  return new Vault(config.encryptionKey ?? (await readOrCreateKey(config.dataDir)))
}

async function readOrCreateKey(dataDir: string): Promise<Uint8Array> {
  const file = join(dataDir, KEY_FILE)
  try {
    const text = await readOrCreateSecretFile(file, () => `${randomBytes(32).toString('base64')}\n`)
    const key = new Uint8Array(Buffer.from(text.trim(), 'base64'))
    if (key.byteLength !== 32) throw new AppError('unavailable', `${file} does not hold 32 bytes in base64: put the right key back, from your backup`)
    return key
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('unavailable', `The encryption key ${file} can be neither read nor created: ${(cause as Error).message}`, { cause })
  }
}
