/** What may leave the process in a log line or an error report: no secrets, no bodies, nobody's number. */
import { isSecretName } from '../domain/secret-name'

const CONTENT = new Set(['body', 'payload', 'text', 'html', 'qr', 'headers', 'cookies', 'query', 'querystring', 'parameters', 'args'])
const DEPTH = 5

/** A copy without secrets, bodies and phone numbers; deep objects and long lists are cut. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return describeError(value, depth)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (value instanceof Date) return value
  if (depth >= DEPTH) return '[deep]'
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => scrub(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scrubField(name, item, depth)]))
}

/** The text with WhatsApp ids, phone numbers and the passwords of URLs masked. */
export function scrubText(text: string): string {
  return text
    .replace(/\d{5,}([:_-]\d+)?@(?=c\.us|s\.whatsapp\.net|lid|g\.us|broadcast|newsletter)/g, '•••@')
    .replace(/(?<![\w.-])\+?\d{9,15}(?![\w.-])/g, '•••')
    .replace(/(:\/\/[^:/@\s]*):[^@/\s]*@/g, '$1:•••@')
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 •••')
}

function scrubField(name: string, value: unknown, depth: number): unknown {
  // A counter called `secrets` or a flag called `password` tells nothing.
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (isSecretName(name, 'header')) return '[redacted]'
  if (CONTENT.has(name.toLowerCase())) return '[omitted]'
  return scrub(value, depth + 1)
}

/** Not an error's own fields: Postgres puts the failing row into `detail`, fetch the URL with its query. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code } = error as { code?: unknown }
  return {
    type: error.name,
    message: scrubText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: scrubText(error.stack ?? ''),
    ...(error.cause === undefined || depth >= DEPTH ? {} : { cause: scrub(error.cause, depth + 1) }),
  }
}
