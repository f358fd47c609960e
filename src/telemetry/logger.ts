import pino, { type DestinationStream, type Logger } from 'pino'
import type { LogLevel } from '../config'
import { scrub } from './scrub'

export type { Logger } from 'pino'

/**
 * One JSON object a line on stdout: `level` as a word, `at` as RFC 3339 UTC, `msg`, and fields without secrets, bodies or
 * phone numbers. A terminal gets the same for people to read.
 */
export function createLogger(level: LogLevel, destination: DestinationStream = standardOutput()): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => scrub(fields) as Record<string, unknown>,
    },
    // scrub() has described errors already: pino's own serialiser would copy Postgres' `detail`, which holds the row.
    serializers: { err: (error: unknown) => error },
  }
  return pino(options, destination)
}

/** Synchronous: what is logged last, before a crash, is what is wanted most. Nothing on the webhook's way logs. */
function standardOutput(): DestinationStream {
  return process.stdout.isTTY ? { write: (line) => process.stdout.write(readable(line)) } : pino.destination({ dest: 1, sync: true })
}

const COLOURS: Record<string, string> = { trace: '90', debug: '90', info: '36', warn: '33', error: '31', fatal: '35' }

/** `12:30:01 warn  The database is away reason=…` of a JSON line. */
export function readable(line: string): string {
  const { level, at, msg, err, ...fields } = JSON.parse(line) as { level: string; at: string; msg?: string; err?: { stack?: string } }
  const rest = Object.entries(fields).map(([name, value]) => ` \u001b[90m${name}=\u001b[0m${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const stack = err?.stack ? `\n${err.stack}` : ''
  return `\u001b[90m${at.slice(11, 19)}\u001b[0m \u001b[${COLOURS[level] ?? '0'}m${level.padEnd(5)}\u001b[0m ${msg ?? ''}${rest.join('')}${stack}\n`
}
