import type { Delivery } from './delivery'
import { isForm, readForm } from './form'

/** What a body says, or in words why it cannot be read. */
export type BodyValue = { ok: true; value: unknown } | { ok: false; reason: string }

const utf8 = new TextDecoder()

/**
 * Reads a body: the value of its JSON, or of a form its fields as texts. Lenient about bytes (bad UTF-8 is replaced for reading;
 * the bytes themselves are kept), strict about JSON. Never throws.
 * @param ascii its text, where that is known and the body is ASCII: then Latin-1 and UTF-8 read it alike.
 */
export function readBody({ headers, body }: Pick<Delivery, 'headers' | 'body'>, ascii: string | null = null): BodyValue {
  if (body.byteLength === 0) return { ok: false, reason: 'the body is empty' }
  if (isForm({ headers, body })) return { ok: true, value: readForm(body) }
  try {
    return { ok: true, value: JSON.parse(ascii ?? utf8.decode(body)) }
  } catch (cause) {
    // The engine's own message quotes the body.
    return { ok: false, reason: cause instanceof SyntaxError ? 'the body is not JSON' : 'the body is nested too deeply to be read' }
  }
}
