/**
 * A scanner for the secrets in a JSON text, which need not be valid JSON. The text is latin1: one character per byte. It knows
 * strings, keys and nesting and nothing else, so that whatever it does not replace stays as it came.
 */

import { HeaderPairs, pairKey } from './header-pairs'
import { isBrace, looksNested, scanNested } from './json-nested'
import { endsLikeSecretKey, isAddressName, isOpenWaSecret, isRedacted, isSecretName } from './secret-name'

/** Longer strings of base64 are replaced by their size and hash: attachments, which may be 13 MB. */
export const MAX_BASE64 = 2048

/** A piece of the text and what takes its place. */
export interface Edit {
  from: number
  to: number
  by: string
}

/** open-wa posts its whole configuration once it is ready (4) or starts (5), in which `key` is its API key; elsewhere `key` is harmless. */
const OPEN_WA_CONFIG = /"namespace"\s*:\s*"READY"|"event"\s*:\s*"core\.starting"|"license_?key"/i

/** Each begins with a quote: megabytes of base64 hold none, and are skipped at the speed of memory. */
const OPEN_WA_HINTS = ['"READY"', '"core.starting"', '"license', '"License']

/** open-wa 4 with --allow-session-data-wh: whoever reads `data` is logged in. */
const OPEN_WA_SESSION = /"namespace"\s*:\s*"sessionData(?:Base64)?"/

/** `https://user:password@host`, slashes escaped or not: the way of senders that know no headers. */
const URL_PASSWORD = /^https?:(?:\\?\/){2}([^"/?#@\s\\]*:[^"/?#@\s\\]*)@/i

const BEARER = /^(?:bearer|basic) [A-Za-z0-9._~+/=-]{8,}$/i

const QUOTE = 34
const COLON = 58
const BACKSLASH = 92

/**
 * Whether a string of more than MAX_BASE64 bytes may be inside: such a one covers a whole aligned block of half that size, so
 * looking for one quote per block finds it.
 */
export function hasLongString(text: string): boolean {
  const block = MAX_BASE64 / 2
  for (let at = 0; at + block <= text.length; ) {
    const quote = text.indexOf('"', at)
    if (quote < 0 || quote >= at + block) return true
    at += block
  }
  return false
}

/** The fingerprint of the piece between these places. */
export type Hash = (from: number, to: number) => string

/** What is true of the whole body, found once. */
interface Context {
  configIsOpenWa: boolean
  dataIsSecret: boolean
  hasEscapedLetters: boolean
  hasPairs: boolean
}

/** All replacements, from left to right. Linear in the text's length; never throws. */
export function findEdits(text: string, hash: Hash): Edit[] {
  const edits: Edit[] = []
  const context: Context = {
    configIsOpenWa: OPEN_WA_HINTS.some((hint) => text.includes(hint)) && OPEN_WA_CONFIG.test(text),
    dataIsSecret: text.includes('"sessionData') && OPEN_WA_SESSION.test(text),
    hasEscapedLetters: text.includes('\\u00'),
    hasPairs: text.includes('"value"'),
  }
  const pairs = new HeaderPairs()
  let last = 0
  let newline = -1
  for (let open = text.indexOf('"'); open >= 0; ) {
    let close = endOfString(text, open)
    // A raw line break cannot be inside a JSON string: this body is broken, and the next line may make sense again.
    if (newline < open) newline = indexOrEnd(text, '\n', open)
    if (newline < close) close = newline
    let next = skipSpace(text, close + 1)
    if (text.charCodeAt(next) === COLON) {
      next = skipSpace(text, next + 1)
      const key = secretKey(text, open + 1, close, context)
      if (context.hasPairs && isBrace(text, last, open)) pairs.reset()
      if (key !== null) next = redactValue(text, next, key, hash, edits)
      else if (context.hasPairs) redactPaired(text, open + 1, close, next, pairs, hash, edits)
    } else {
      redactString(text, open + 1, close, hash, edits)
    }
    last = next
    open = text.indexOf('"', next)
  }
  return inOrder(edits)
}

/** Adds the edit for a header's value that stands beside its name, if this member completes such a pair. */
function redactPaired(text: string, from: number, to: number, start: number, pairs: HeaderPairs, hash: Hash, edits: Edit[]): void {
  const key = text.charCodeAt(start) === QUOTE ? pairKey(text, from, to) : null
  if (key === null) return
  const secret = pairs.see(text, key, { from: start + 1, to: endOfString(text, start) })
  if (secret !== null) edits.push({ ...secret, by: `[redacted ${hash(secret.from, secret.to)}]` })
}

/** From left to right; of two that overlap, the one that takes more. */
function inOrder(edits: Edit[]): Edit[] {
  const isSorted = edits.every((edit, i) => i === 0 || edit.from >= (edits[i - 1] as Edit).to)
  if (isSorted) return edits
  const sorted = [...edits].sort((a, b) => a.from - b.from || b.to - a.to)
  let end = -1
  return sorted.filter((edit) => {
    if (edit.from < end) return false
    end = edit.to
    return true
  })
}

/** Adds the edit for the value of a secret key, if it has one, and says where to go on. */
function redactValue(text: string, start: number, key: string, hash: Hash, edits: Edit[]): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) {
    const close = endOfString(text, start)
    const end = Math.min(close + 1, text.length)
    if (close > start + 1 && !isRedacted(text.slice(start + 1, Math.min(close, start + 60)))) {
      edits.push({ from: start, to: end, by: `"[redacted ${hash(start + 1, close)}]"` })
    }
    return end
  }
  // null, true and false are no secrets; a number may be one, and so may bytes given as an object or a list.
  if (isAddressName(key)) return start
  if (first !== 123 && first !== 91 && first !== 45 && !(first >= 48 && first <= 57)) return start
  const end = endOfPlain(text, start)
  edits.push({ from: start, to: end, by: `"[redacted ${hash(start, end)}]"` })
  return end
}

function redactString(text: string, from: number, to: number, hash: Hash, edits: Edit[]): void {
  const length = to - from
  if (length > MAX_BASE64) {
    const summary = summarise(text, from, to)
    if (summary !== null) {
      edits.push({ from, to, by: summary })
      return
    }
  }
  if (looksNested(text, from, to)) {
    scanNested(text, from, to, (start, end, quote) => edits.push({ from: start, to: end, by: `${quote}[redacted ${hash(start, end)}]${quote}` }))
    return
  }
  if (length > MAX_BASE64) return
  const first = text.charCodeAt(from) | 32
  if (first === 104 && length > 12) {
    const userinfo = URL_PASSWORD.exec(text.slice(from, to))
    if (userinfo?.[1] === undefined) return
    const start = from + userinfo[0].length - 1 - userinfo[1].length
    edits.push({ from: start, to: start + userinfo[1].length, by: `[redacted ${hash(start, start + userinfo[1].length)}]` })
  } else if (first === 98 && length > 12 && BEARER.test(text.slice(from, to))) edits.push({ from, to, by: `[redacted ${hash(from, to)}]` })
}

/** `[base64 … bytes sha256:…]` for a string that is base64 or a base64 data URL throughout, else null. */
function summarise(text: string, from: number, to: number): string | null {
  let start = from
  if (text.startsWith('data:', from)) {
    const comma = text.slice(from, from + 200).indexOf(';base64,')
    if (comma < 0) return null
    start = from + comma + 8
  }
  let content = text.slice(start, to)
  if (content.includes('\\')) {
    // PHP writes \/, .NET \u002B; MIME-wrapped base64 has line breaks.
    content = content
      .replaceAll('\\/', '/')
      .replaceAll(/\\u002b/gi, '+')
      .replaceAll(/\\u003d/gi, '=')
      .replaceAll(/\\[rn]/g, '')
  }
  // The decoder skips blanks, which would make base64 of many an English sentence.
  if (content.includes('\\') || content.includes(' ') || content.includes('\t')) return null
  const bytes = decodeBase64(content)
  if (bytes === null) return null
  return `[base64 ${bytes.byteLength} bytes sha256:${new Bun.CryptoHasher('sha256').update(bytes).digest('hex')}]`
}

function decodeBase64(content: string): Uint8Array | null {
  const url = content.includes('-') || content.includes('_')
  try {
    return Uint8Array.fromBase64(content, { alphabet: url ? 'base64url' : 'base64', lastChunkHandling: 'loose' })
  } catch {
    return null
  }
}

/** The key between these places if its value is a secret, else null. */
function secretKey(text: string, from: number, to: number, context: Context): string | null {
  const length = to - from
  if (length < 3 || length > 240) return null
  // Where letters are escaped, the last one may be: \u0079 is y.
  if (!context.hasEscapedLetters && !context.configIsOpenWa && !context.dataIsSecret && !endsLikeSecretKey(text, to)) return null
  const written = text.slice(from, to)
  const key = written.includes('\\') ? unescapeString(written) : written
  if (context.dataIsSecret && key === 'data') return key
  return isSecretName(key, 'body') || (context.configIsOpenWa && isOpenWaSecret(key)) ? key : null
}

/** The place of the closing quote, or the text's length when it never comes. */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let escapes = close - 1
    while (escapes > open && text.charCodeAt(escapes) === BACKSLASH) escapes--
    if ((close - 1 - escapes) % 2 === 0) return close
  }
  return text.length
}

/** The end of a number, or of an object or list with all that is inside. */
function endOfPlain(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === 123 || code === 91) depth++
    else if ((code === 125 || code === 93) && depth > 0) {
      if (--depth === 0) return at + 1
    } else if (depth === 0 && (code === 44 || code === 125 || code === 93 || code <= 32)) return at
  }
  return text.length
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= 32) at++
  return at
}

function indexOrEnd(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from)
  return at < 0 ? text.length : at
}

export function unescapeString(latin1: string): string {
  try {
    return String(JSON.parse(`"${latin1}"`))
  } catch {
    return latin1
  }
}
