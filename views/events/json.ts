/**
 * Reads JSON for showing it. Not JSON.parse, which rounds 12036304123456789012 to something that was never sent: a
 * number stays the very characters that arrived. Bounded in depth, so that a hostile body cannot exhaust the stack.
 */
export type JsonNode =
  | { kind: 'object'; entries: [key: string, value: JsonNode][] }
  | { kind: 'array'; items: JsonNode[] }
  /** `text` of a string is decoded; of a number or word it is what was sent. */
  | { kind: 'string' | 'number' | 'word'; text: string }
  /** Deeper than anyone reads: the rest as it was sent. */
  | { kind: 'deep'; text: string }

export const MAX_DEPTH = 24

/** Null when the text is not JSON. */
export function readJson(text: string): JsonNode | null {
  const reader = new JsonReader(text)
  try {
    return reader.readDocument()
  } catch (error) {
    if (error instanceof NotJson) return null
    throw error
  }
}

class NotJson extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// Anything but a quote, a backslash or a control character; or an escape.
const STRING = /"(?:[\u0020\u0021\u0023-\u005b\u005d-\uffff]|\\.)*"/y
const WORD = /true|false|null/y
const SPACE = /[ \t\n\r]*/y

class JsonReader {
  #at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  readDocument(): JsonNode {
    this.#space()
    const node = this.#value(0)
    this.#space()
    if (this.#at !== this.#text.length) throw new NotJson()
    return node
  }

  #value(depth: number): JsonNode {
    const first = this.#text[this.#at]
    if (first === '{' || first === '[') {
      if (depth >= MAX_DEPTH) return { kind: 'deep', text: this.#skipNested() }
      return first === '{' ? this.#object(depth + 1) : this.#array(depth + 1)
    }
    if (first === '"') return { kind: 'string', text: this.#string() }
    const word = this.#match(WORD)
    return word === null ? { kind: 'number', text: this.#match(NUMBER) ?? fail() } : { kind: 'word', text: word }
  }

  #object(depth: number): JsonNode {
    const entries: [string, JsonNode][] = []
    this.#list('}', () => {
      const key = this.#string()
      this.#space()
      if (this.#text[this.#at++] !== ':') throw new NotJson()
      this.#space()
      entries.push([key, this.#value(depth)])
    })
    return { kind: 'object', entries }
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = []
    this.#list(']', () => items.push(this.#value(depth)))
    return { kind: 'array', items }
  }

  #list(end: string, readOne: () => void): void {
    this.#at++
    this.#space()
    if (this.#text[this.#at] === end) {
      this.#at++
      return
    }
    for (;;) {
      readOne()
      this.#space()
      const next = this.#text[this.#at++]
      if (next === end) return
      if (next !== ',') throw new NotJson()
      this.#space()
    }
  }

  #string(): string {
    const lexeme = this.#match(STRING) ?? fail()
    try {
      const text: unknown = JSON.parse(lexeme)
      return typeof text === 'string' ? text : fail()
    } catch {
      throw new NotJson()
    }
  }

  /** To the bracket that closes this one, minding strings; without recursion. */
  #skipNested(): string {
    const start = this.#at
    let open = 0
    do {
      const char = this.#text[this.#at]
      if (char === undefined) throw new NotJson()
      if (char === '"') {
        if (this.#match(STRING) === null) throw new NotJson()
        continue
      }
      if (char === '{' || char === '[') open++
      if (char === '}' || char === ']') open--
      this.#at++
    } while (open > 0)
    return this.#text.slice(start, this.#at)
  }

  #space(): void {
    this.#match(SPACE)
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (!found) return null
    this.#at = pattern.lastIndex
    return found[0]
  }
}

function fail(): never {
  throw new NotJson()
}
