/**
 * Secrets in JSON inside a JSON string, such as Evolution's `disconnectionObject`: the same scan, in place, where every quote has
 * one backslash before it, three in a string inside of that, and so on. Linear in the text's length for each level.
 */
import { HeaderPairs, pairKey } from './header-pairs'
import { isAddressName, isRedacted, isSecretName } from './secret-name'

/** Deeper than this nobody writes JSON into JSON. */
const DEEPEST = 4
const QUOTE = 34
const BACKSLASH = 92

interface Scan {
  text: string
  end: number
  /** Backslashes before each quote of this level. */
  slashes: number
  /** Told each secret: its place, and whether it needs quotes in its stead. */
  found(from: number, to: number, quote: string): void
}

/** Whether the string between these places looks like JSON with strings of its own. */
export function looksNested(text: string, from: number, to: number): boolean {
  let at = from
  while (at < to && (text.charCodeAt(at) <= 32 || text.startsWith('\\n', at) || text.startsWith('\\t', at) || text.startsWith('\\r', at))) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  }
  const first = text.charCodeAt(at)
  if (first !== 123 && first !== 91) return false
  const quote = text.indexOf('\\"', at)
  return quote >= 0 && quote < to
}

/** Finds the secrets in the string between these places; from left to right, but for a header's value before its name. */
export function scanNested(text: string, from: number, to: number, found: Scan['found'], level = 1): void {
  const scan: Scan = { text, end: to, slashes: 2 ** level - 1, found }
  const quote = `${'\\'.repeat(scan.slashes)}"`
  const pairs = new HeaderPairs()
  let last = from
  for (let open = nextQuote(scan, from); open < to; ) {
    const close = nextQuote(scan, open + 1)
    const content = { from: open + 1, to: Math.max(open + 1, Math.min(close, to) - scan.slashes) }
    if (close < to && isBrace(text, last, open)) pairs.reset()
    let next = close < to ? skipBlanks(text, close + 1, to) : to
    if (text.charCodeAt(next) === 58 && next < to) {
      next = skipBlanks(text, next + 1, to)
      next = member(scan, text.slice(content.from, content.to), content.from, next, quote, pairs)
    } else if (level < DEEPEST && content.to - content.from > 4) {
      if (text.charCodeAt(content.from) === 123 || text.charCodeAt(content.from) === 91) scanNested(text, content.from, content.to, found, level + 1)
    }
    last = next
    open = nextQuote(scan, next)
  }
}

/** @returns where to go on behind a key whose value begins at `start`. */
function member(scan: Scan, key: string, keyFrom: number, start: number, quote: string, pairs: HeaderPairs): number {
  const { text } = scan
  const isText = text.startsWith(quote, start)
  const open = start + scan.slashes
  const close = isText ? nextQuote(scan, open + 1) : open
  const value = { from: open + 1, to: close - scan.slashes }
  if (isSecretName(key, 'body')) {
    if (isText) {
      if (value.to > value.from && !isRedacted(text.slice(value.from, value.to))) scan.found(value.from, value.to, '')
      return Math.min(close + 1, scan.end)
    }
    const first = text.charCodeAt(start)
    if (isAddressName(key) || (first !== 123 && first !== 91 && !(first >= 48 && first <= 57))) return start
    const end = endOfValue(scan, start)
    scan.found(start, end, quote)
    return end
  }
  const paired = isText ? pairKey(text, keyFrom, keyFrom + key.length) : null
  const secret = paired === null ? null : pairs.see(text, paired, value)
  if (secret !== null && secret.to > secret.from && !isRedacted(text.slice(secret.from, secret.to))) scan.found(secret.from, secret.to, '')
  return paired === null ? start : Math.min(close + 1, scan.end)
}

/** The place of the next quote of this level, or the end. More backslashes before it are text of the string: `"C:\\\\"`. */
function nextQuote({ text, end, slashes }: Scan, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0 && at < end; at = text.indexOf('"', at + 1)) {
    let before = at - 1
    while (before >= from && text.charCodeAt(before) === BACKSLASH) before--
    if ((at - 1 - before) % (2 * slashes + 2) === slashes) return at
  }
  return end
}

/** The end of a number, or of an object or list with all that is inside. */
function endOfValue(scan: Scan, start: number): number {
  let depth = 0
  for (let at = start; at < scan.end; at++) {
    const code = scan.text.charCodeAt(at)
    if (code === QUOTE) at = nextQuote(scan, at + 1)
    else if (code === 123 || code === 91) depth++
    else if ((code === 125 || code === 93) && depth > 0) {
      if (--depth === 0) return at + 1
    } else if (depth === 0 && (code === 44 || code === 125 || code === 93 || code <= 32)) return at
  }
  return scan.end
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from
  while (at < end && text.charCodeAt(at) <= 32) at++
  return at
}

export function isBrace(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === 123 || code === 125) return true
  }
  return false
}
