/** The delivery as a curl line, for sending it again by hand. Secrets are not in it: its headers are redacted. */
import type { EventDetail } from '../../src/domain/records'

/** What curl says by itself, or must not repeat. */
const LEFT_OUT = new Set(['host', 'content-length', 'connection', 'accept-encoding', 'transfer-encoding'])
const LONGEST_BODY = 10_000
/** Pasted into a terminal these are keys pressed: a stranger's message could delete the line and write another. */
const KEYS = /(?![\t\n])\p{Cc}/u

export function curlOf(delivery: NonNullable<EventDetail['delivery']>, publicUrl: string): string {
  const lines = [`curl -X POST ${quote(publicUrl + delivery.path)}`]
  for (const [name, value] of Object.entries(delivery.headers))
    if (!LEFT_OUT.has(name.toLowerCase()) && !KEYS.test(value)) lines.push(`-H ${quote(`${name}: ${value}`)}`)
  lines.push(`--data-binary ${bodyOf(delivery.body)}`)
  return lines.join(' \\\n  ')
}

function bodyOf(body: Uint8Array | null): string {
  if (body === null || body.length > LONGEST_BODY) return '@body.json'
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return KEYS.test(text) ? '@body.bin' : quote(text)
  } catch {
    return '@body.bin'
  }
}

/** For a POSIX shell: nothing is special inside single quotes but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
