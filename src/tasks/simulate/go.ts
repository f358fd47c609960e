/** How Go writes what GOWA and wuzapi post. */

/** json.Marshal: as JSON.stringify, with `<`, `>` and `&` escaped. Maps are sorted, structs keep their order. */
export function goJson(value: unknown, keys: 'sorted' | 'as given' = 'sorted'): string {
  return JSON.stringify(keys === 'sorted' ? sorted(value) : value).replaceAll(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`)
}

/** url.Values.Encode: fields sorted by name, blanks as plus signs, only letters, digits and `-_.~` as they are. */
export function goForm(fields: Record<string, string>): string {
  return Object.keys(fields)
    .sort()
    .map((name) => `${queryEscape(name)}=${queryEscape(fields[name] ?? '')}`)
    .join('&')
}

/** time.RFC3339: to the second. */
export function goTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function queryEscape(text: string): string {
  const escaped = encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  return escaped.replaceAll('%20', '+')
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const record = value as Record<string, unknown>
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, sorted(record[key])]),
  )
}
