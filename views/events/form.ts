/** Reads a form for showing it: its fields in the order in which they came, and JSON inside them as JSON (wuzapi's `jsonData`). */
import { fieldsOf, latin1, MAX_FIELDS, unescaped } from '../../src/domain/form'
import { type JsonNode, readJson } from './json'

const NAME = /^[\w.%+[\]-]+$/

/** Null when the text is no form: each field has a name of the usual characters, and there are no lines. */
export function readForm(text: string): JsonNode | null {
  if (/[\r\n]/.test(text)) return null
  const bytes = latin1(new TextEncoder().encode(text))
  const entries: [string, JsonNode][] = []
  for (const { name, nameEnd, value, end } of fieldsOf(bytes)) {
    if (nameEnd === end || !NAME.test(bytes.slice(name, nameEnd))) return null
    if (entries.length === MAX_FIELDS) break
    const held = unescaped(bytes, value, end).toString('utf8')
    entries.push([unescaped(bytes, name, nameEnd).toString('utf8'), (/^\s*[{[]/.test(held) && readJson(held)) || { kind: 'string', text: held }])
  }
  return entries.length === 0 ? null : { kind: 'object', entries }
}
