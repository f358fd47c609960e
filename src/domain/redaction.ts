/**
 * Redaction at the door: what a sender should never have told us does not come to rest. Works on bytes, because the rest of a
 * body must stay exactly as it came: integers beyond 2^53, key order, duplicate keys, escapes, lone surrogates, invalid UTF-8.
 */

import { fieldsOf, latin1, placesIn, unescaped } from './form'
import { type Edit, findEdits, hasLongString, MAX_BASE64, unescapeString } from './json-secrets'
import { HINTS_OF_SECRET_KEYS, isRedacted, isSecretName } from './secret-name'

/** Stands for a secret in what we keep: a short keyed hash, so that equal secrets can be told to be equal and nothing more. */
export type Fingerprint = (secret: string) => string

/**
 * The body without secrets and attachments; the same bytes (the same object) when it holds neither. Values of keys that name a
 * secret become `"[redacted 1a2b3c4d]"`, long base64 and base64 data URLs become `"[base64 13336963 bytes sha256:…]"` (both
 * of the decoded content). Broken JSON is treated as well as it can be; never throws; linear in the body's size.
 * @param text the body in Latin-1, where that is known.
 */
export function redactBody(body: Uint8Array, fingerprint: Fingerprint, text = latin1(body)): Uint8Array {
  const edits = editsOf(body, text, fingerprint)
  return edits.length === 0 ? body : apply(edits, body)
}

function editsOf(body: Uint8Array, text: string, fingerprint: Fingerprint): readonly Edit[] {
  if (!hasLongString(text) && !SUSPICIOUS.some((hint) => hint.test(text))) return []
  const edits = findEdits(text, (from, to) => fingerprint(decodeString(body, text, from, to)))
  const picture = QR_PICTURES.find(({ hint }) => text.includes(hint))
  return picture === undefined ? edits : edits.filter((edit) => !isQrPicture(text, edit, picture.key))
}

/**
 * The headers without credentials. Signatures stay: they prove one body and open nothing. Names must be in lower case.
 * @param secrets those of the source: whatever a header is called, one that holds a secret is a credential.
 */
export function redactHeaders(headers: Readonly<Record<string, string>>, fingerprint: Fingerprint, secrets: readonly string[] = []): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name] ?? ''
    const isSecret = isSecretHeader(name) || holdsOne(value, secrets)
    kept[name] = isSecret && !isRedacted(value) ? `[redacted ${fingerprint(value)}]` : value
  }
  return kept
}

/** A loop and no closure: asked for every header of every delivery. */
function holdsOne(value: string, secrets: readonly string[]): boolean {
  for (const secret of secrets) if (value.includes(secret)) return true
  return false
}

/**
 * The path with the secrets in its query replaced: `/hook?token=[redacted 1a2b3c4d]`.
 * @param secrets those of the source: wherever in the path or query one of them stands, it is replaced too.
 */
export function redactPath(path: string, fingerprint: Fingerprint, secrets: readonly string[] = []): string {
  const query = path.indexOf('?')
  const kept = query < 0 ? path : `${path.slice(0, query)}?${redactPairs(path.slice(query + 1), fingerprint)}`
  if (!kept.includes('%') && !holdsOne(kept, secrets)) return kept
  return kept.replace(/[^/?&=]+/g, (piece) => {
    const plain = decode(piece.replaceAll('+', ' '))
    const found = secrets.find((secret) => plain.includes(secret) || piece.includes(secret))
    return found === undefined ? piece : `[redacted ${fingerprint(found)}]`
  })
}

/**
 * As redactBody, for a form (wuzapi): secrets in its fields, and in JSON inside them; attachments too. All other bytes stay, and
 * with them the way in which each was escaped.
 */
export function redactForm(body: Uint8Array, fingerprint: Fingerprint): Uint8Array {
  const text = latin1(body)
  const edits = [...fieldEdits(text, fingerprint), ...innerEdits(text, fingerprint)].sort((a, b) => a.from - b.from || b.to - a.to)
  if (edits.length === 0) return body
  const outer: Edit[] = []
  // What lies inside of another is gone with it.
  for (const edit of edits) if (edit.from >= (outer.at(-1)?.to ?? 0)) outer.push(edit)
  return apply(outer, body)
}

/** Fields whose name tells, and long ones that are no JSON: they are scanned as a string of JSON would be. */
function fieldEdits(text: string, fingerprint: Fingerprint): Edit[] {
  const edits: Edit[] = []
  for (const { name, nameEnd, value, end } of fieldsOf(text)) {
    if (value === end) continue
    if (isSecretField(text.slice(name, nameEnd))) {
      if (isRedacted(text.slice(value, Math.min(end, value + 60)))) continue
      edits.push({ from: value, to: end, by: `[redacted ${fingerprint(unescaped(text, value, end).toString('utf8'))}]` })
    } else if (end - value > MAX_BASE64) {
      const quoted = Buffer.concat([QUOTE, unescaped(text, value, end), QUOTE])
      if (!/^"\s*[{[]/.test(quoted.toString('latin1', 0, 100))) edits.push(...placed(text, value, 1, editsOf(quoted, latin1(quoted), fingerprint)))
    }
  }
  return edits
}

/** All JSON inside of fields, in one go: a line break ends a string of JSON, and so no field reaches into the next. */
function innerEdits(text: string, fingerprint: Fingerprint): Edit[] {
  const plain = unescaped(text.replaceAll('&', '\n'), 0, text.length)
  return placed(text, 0, 0, editsOf(plain, latin1(plain), fingerprint))
}

/** Edits of what is escaped in the text from `from` on; `lead` bytes of it were added. */
function placed(text: string, from: number, lead: number, edits: readonly Edit[]): Edit[] {
  const place = placesIn(text, from)
  return edits.map((edit) => ({ from: place(edit.from - lead), to: place(edit.to - lead), by: encodeURIComponent(edit.by) }))
}

/** `a=1&token=…` without the values of secret names. */
function redactPairs(pairs: string, fingerprint: Fingerprint): string {
  const kept = pairs.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    const value = pair.slice(equals + 1)
    if (equals < 0 || value.length === 0 || isRedacted(value)) return pair
    const isSecret = isSecretName(decode(pair.slice(0, equals)), 'query')
    return isSecret ? `${pair.slice(0, equals)}=[redacted ${fingerprint(decode(value))}]` : pair
  })
  return kept.join('&')
}

/** A few native scans decide for nearly every body that nothing is to be done. They may be wrong only towards "look closer". */
const SUSPICIOUS: readonly RegExp[] = [
  ...HINTS_OF_SECRET_KEYS,
  /[bB](?:[eE][aA][rR][eE][rR]|[aA][sS][iI][cC]) /,
  /"READY"|\\u00[2-7]/,
  /\\":/, // JSON inside a string
  /sessionDataBase64"/,
  /core\.starting"/,
  /:\\?\/\\?\/[^"/?#@\s\\]{1,300}@/, // https://user:password@
]

const QUOTE = Buffer.from('"')

/**
 * wuzapi and open-wa 4 give their codes as pictures alone: cut away like an attachment, nobody could scan them. 256 pixels are some
 * 3 KB of base64.
 */
const QR_PICTURES: readonly { hint: string; key: RegExp }[] = [
  { hint: '"qrCodeBase64"', key: /"qrCodeBase64"\s{0,10}:\s{0,10}"$/ },
  { hint: '"namespace":"qr"', key: /"data"\s{0,10}:\s{0,10}"$/ },
]
const MAX_QR_PICTURE = 32_768

function isQrPicture(text: string, { from, to }: Edit, key: RegExp): boolean {
  if (to - from > MAX_QR_PICTURE || !text.startsWith('data:image/png;base64,', from)) return false
  return key.test(text.slice(Math.max(0, from - 40), from))
}

const isSecretHeader = remembered((name) => isSecretName(name, 'header'))

/** The name as it is escaped. */
const isSecretField = remembered((name) => isSecretName(unescaped(name, 0, name.length).toString('utf8'), 'query'))

/** Senders use the same dozen of names for ever; bounded, because anybody may make up new ones. */
function remembered(judge: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const secret = judge(name)
    if (known.size < 500 && name.length < 100) known.set(name, secret)
    return secret
  }
}

/** The text that a piece of the body means, for its fingerprint: the same key in a header and in a body shall look the same. */
function decodeString(body: Uint8Array, text: string, from: number, to: number): string {
  const raw = view(body).toString('utf8', from, to)
  return text.charAt(from - 1) === '"' && raw.includes('\\') ? unescapeString(raw) : raw
}

function decode(component: string): string {
  try {
    return decodeURIComponent(component)
  } catch {
    return component
  }
}

function view(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

function apply(edits: readonly Edit[], body: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const edit of edits) {
    pieces.push(body.subarray(at, edit.from), Buffer.from(edit.by, 'latin1'))
    at = edit.to
  }
  pieces.push(body.subarray(at))
  const whole = Buffer.concat(pieces)
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength)
}
