import { isObject, text } from './read'

const MAX_DEPTH = 4
const MAX_MEMBERS = 200

/**
 * What a value says, as one text that tells two happenings apart which have no identity but their words. The same value has the
 * same outline. Not JSON.stringify of all: a value may be as deep and as long as anybody likes.
 */
export function outlineOf(value: unknown): string {
  return JSON.stringify(outline(value, 0))
}

function outline(value: unknown, depth: number): unknown {
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value !== 'object') return text(value, 2000)
  if (depth === MAX_DEPTH) return '…'
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((item) => outline(item, depth + 1))
  if (!isObject(value)) return undefined
  // wuzapi writes the same in the order of its structs as a form, sorted as JSON.
  return Object.keys(value)
    .sort()
    .slice(0, MAX_MEMBERS)
    .map((name) => [name.slice(0, 100), outline(value[name], depth + 1)])
}
