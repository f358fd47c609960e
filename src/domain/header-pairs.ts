import { isSecretName } from './secret-name'

/** A place in a text, from its first character to before its end. */
export interface Place {
  from: number
  to: number
}

/**
 * Headers as a list, `{"name":"X-Api-Key","value":"…"}` in either order: WAHA's customHeaders. The one member says whether the
 * other is a secret.
 */
export class HeaderPairs {
  #isSecret = false
  #value: Place | null = null

  /** Another object begins or ends: what was seen belongs to the one before. */
  reset(): void {
    this.#isSecret = false
    this.#value = null
  }

  /**
   * A member of the object whose value is a text.
   * @returns where the secret is, as soon as both members are known.
   */
  see(text: string, key: string, value: Place): Place | null {
    if (key === 'value') {
      if (this.#isSecret) return value
      this.#value = value
    } else if (isSecretName(text.slice(value.from, value.to), 'header')) {
      if (this.#value) return this.#value
      this.#isSecret = true
    }
    return null
  }
}

/** Whether the key between these places is a member of such a pair. */
export function pairKey(text: string, from: number, to: number): string | null {
  const length = to - from
  if (length < 3 || length > 6) return null
  const key = text.slice(from, to).toLowerCase()
  return key === 'value' || key === 'name' || key === 'key' || key === 'header' ? key : null
}
