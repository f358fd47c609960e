/** The `connect.md` beside each provider, read once at start: what the dashboard says about connecting it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Expected, type Guide, readGuide } from '../../views/sources/guide-text'
import { PROVIDERS } from '../providers'

export interface Guides {
  /** Filled with a source's URL and, right after it was made, with its secret; undefined when the provider has none. */
  of(provider: string, fill: { webhookUrl: string; secret: string | null }): Guide | undefined
  /** The events that this sender should send. */
  expectedOf(provider: string): readonly Expected[]
}

export function loadGuides(): Guides {
  const texts = new Map<string, string>()
  for (const { id } of PROVIDERS) {
    const path = join(import.meta.dir, '../providers', id, 'connect.md')
    if (existsSync(path)) texts.set(id, readFileSync(path, 'utf8'))
  }
  const expected = new Map([...texts].map(([id, text]) => [id, readGuide(text, { webhookUrl: '', secret: null }).expected]))
  return {
    of(provider, fill) {
      const text = texts.get(provider)
      return text === undefined ? undefined : readGuide(text, fill)
    },
    expectedOf: (provider) => expected.get(provider) ?? [],
  }
}
