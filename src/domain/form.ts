/**
 * `application/x-www-form-urlencoded`: how wuzapi posts by default, and open-wa in the shape of Twilio's. Read by bytes, because
 * nothing here may be lost or refused for a broken escape or for bytes that are no UTF-8.
 */
import type { Delivery } from './delivery'

/** A field of a form, by its places in the latin1 text: `[name, nameEnd)` is its name, `[value, end)` what it holds, both escaped. */
export interface FormField {
  name: number
  nameEnd: number
  value: number
  end: number
}

/** More fields than any sender has are read past: the body is kept whole all the same. */
export const MAX_FIELDS = 1000

const PERCENT = 37
const PLUS = 43

/** Whether a body is a form. curl -d sends JSON under the type of forms: what begins like JSON is taken for it. */
export function isForm({ headers, body }: Pick<Delivery, 'headers' | 'body'>): boolean {
  const type = headers['content-type']
  return type !== undefined && /^application\/x-www-form-urlencoded\b/i.test(type) && body[0] !== 123 && body[0] !== 91
}

/** The fields, each as text. Of several with one name the first counts, as where Go reads one. At most MAX_FIELDS. */
export function readForm(body: Uint8Array): Record<string, string> {
  const text = latin1(body)
  const found = new Map<string, string>()
  let count = 0
  for (const { name, nameEnd, value, end } of fieldsOf(text)) {
    if (++count > MAX_FIELDS) break
    const key = utf8.decode(unescaped(text, name, nameEnd))
    if (!found.has(key)) found.set(key, utf8.decode(unescaped(text, value, end)))
  }
  // Own properties, whatever they are called: an assignment to __proto__ would be something else.
  return Object.fromEntries(found)
}

/** The fields from left to right, without empty ones; one by one, since a body may have millions. */
export function* fieldsOf(text: string): Generator<FormField, void> {
  let equals = -1
  for (let name = 0; name < text.length; ) {
    const and = text.indexOf('&', name)
    const end = and < 0 ? text.length : and
    // Looked for once, not again for each field before it.
    if (equals < name) equals = indexOrEnd(text, '=', name)
    const nameEnd = Math.min(equals, end)
    if (end > name) yield { name, nameEnd, value: Math.min(nameEnd + 1, end), end }
    name = end + 1
  }
}

/** The bytes that an escaped piece stands for. A broken escape stands for itself. */
export function unescaped(text: string, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from)
  let length = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === PERCENT && isEscape(text, at)) {
      bytes[length++] = (digit(text.charCodeAt(at + 1)) << 4) | digit(text.charCodeAt(at + 2))
      at += 2
    } else bytes[length++] = code === PLUS ? 32 : code
  }
  return bytes.subarray(0, length)
}

/** Finds where a byte of the unescaped piece that begins at `from` stands in the text; ask from left to right. */
export function placesIn(text: string, from: number): (byte: number) => number {
  let at = from
  let passed = 0
  return (byte) => {
    for (; passed < byte; passed++) at += text.charCodeAt(at) === PERCENT && isEscape(text, at) ? 3 : 1
    return at
  }
}

/** One character per byte: places in the text are places in the bytes. */
export function latin1(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
}

const utf8 = new TextDecoder()

function indexOrEnd(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from)
  return at < 0 ? text.length : at
}

function isEscape(text: string, at: number): boolean {
  return digit(text.charCodeAt(at + 1)) >= 0 && digit(text.charCodeAt(at + 2)) >= 0
}

/** The value of a hexadecimal digit, or -1; of NaN, beyond the end, too. */
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
