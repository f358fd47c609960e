/**
 * How values of the environment are read: each reader returns what it found and notes what is wrong, so that all problems
 * are told at once.
 */
import { readFileSync } from 'node:fs'

/** One wrong value: its name, what was given (masked when it is a secret) and what would be right. */
export interface ConfigProblem {
  name: string
  given: string
  allowed: string
}

export type Environment = Readonly<Record<string, string | undefined>>

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const UNITS_BYTES: Record<string, number> = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 }

/** Milliseconds in `15m`, `60s`, `1.5h`, `14d`; null for anything else. A bare number is refused: nobody can tell its unit. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/i.exec(text.trim())
  const unit = UNITS_MS[match?.[2]?.toLowerCase() ?? '']
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : null
}

/** Bytes in `16MiB`, `16 MB`, `65536`; null for anything else. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(|b|kb|mb|gb|kib|mib|gib)$/i.exec(text.trim())
  const unit = UNITS_BYTES[match?.[2]?.toLowerCase() ?? '-']
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : null
}

/** Reads variables and collects what is wrong with them. An empty variable counts as not set: compose files pass such. */
export class EnvironmentReader {
  readonly problems: ConfigProblem[] = []

  constructor(private readonly env: Environment) {}

  names(): string[] {
    return Object.keys(this.env)
  }

  text(name: string): string | null {
    return this.env[name]?.trim() || null
  }

  /** The value, or the content of the file that `<name>_FILE` names (Docker and Kubernetes secrets), without its last line break. */
  secret(name: string): string | null {
    const direct = this.env[name] || null
    const file = this.text(`${name}_FILE`)
    if (file === null) return direct
    if (direct !== null) this.problem(`${name}_FILE`, file, `only one of ${name} and ${name}_FILE`)
    try {
      const content = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
      if (content !== '') return content
      this.problem(`${name}_FILE`, file, 'a file that is not empty')
    } catch (cause) {
      this.problem(`${name}_FILE`, file, `a file that can be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`)
    }
    return null
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name)
    if (text === null) return fallback
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    this.problem(name, text, `a whole number from ${least} to ${most}`)
    return fallback
  }

  durationMs(name: string, fallback: number, leastMs: number, least: string): number {
    const text = this.text(name)
    if (text === null) return fallback
    const value = parseDuration(text)
    if (value !== null && value >= leastMs && value <= 36_525 * 86_400_000) return value
    this.problem(name, text, `a duration such as 60s, 15m, 3h or 14d, at least ${least}`)
    return fallback
  }

  bytes(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name)
    if (text === null) return fallback
    const value = parseSize(text)
    if (value !== null && value >= least && value <= most) return value
    this.problem(name, text, 'a size such as 16MiB or 500kB, from 1 KiB to 1 GiB')
    return fallback
  }

  choice<T extends string>(name: string, fallback: T, choices: readonly T[]): T {
    const text = this.text(name)
    if (text === null) return fallback
    const found = choices.find((choice) => choice === text.toLowerCase())
    if (found === undefined) this.problem(name, text, `one of ${choices.join(', ')}`)
    return found ?? fallback
  }

  /** A URL of one of these protocols (`http:`), without a slash at its end. */
  url(name: string, text: string | null, protocols: readonly string[], given = text): string | null {
    if (text === null) return null
    const url = URL.canParse(text) ? new URL(text) : null
    if (url && protocols.includes(url.protocol) && url.hostname !== '') return text.replace(/\/+$/, '')
    this.problem(name, given ?? '', `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`)
    return null
  }

  list(name: string): string[] {
    const items = this.text(name)?.split(',') ?? []
    return items.map((item) => item.trim()).filter((item) => item !== '')
  }

  problem(name: string, given: string, allowed: string): void {
    this.problems.push({ name, given, allowed })
  }
}

/** What may be shown of a secret: that it is there, and how long it is. */
export function mask(secret: string): string {
  return `••• (${secret.length} characters)`
}
