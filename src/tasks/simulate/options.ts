import { parseArgs } from 'node:util'
import { AppError } from '../../domain/error'
import type { Dialect } from './happening'
import { DIALECTS } from './play'

export interface SimulateOptions {
  rate: number
  sessions: number
  dialects: readonly Dialect[]
  seed: number
  /** Seconds; null = until interrupted. */
  duration: number | null
  url: string
  secret: string | null
}

export const SIMULATE_USAGE = `Plays realistic senders against a running server.

  --rate <n>        deliveries per second (20)
  --sessions <n>    lines (12)
  --provider <id>   wwebjs-api, waha, signed or mixed (mixed)
  --seed <n>        the same seed plays the same play (1)
  --duration <t>    30s, 5m, 1h; 0 = until Ctrl-C (60s)
  --url <url>       the server, or a source's webhook URL (PUBLIC_URL, or http://localhost:3000)
  --secret <text>   the source's secret (WEBHOOK_SECRET)`

/** @throws AppError `invalid` with what is wrong and what would be right. */
export function readOptions(args: string[], defaults: { url: string; secret: string | null }): SimulateOptions | 'help' {
  const { values } = parse(args)
  if (values.help) return 'help'
  return {
    rate: numberIn('rate', values.rate ?? '20', 0.1, 20_000),
    sessions: Math.round(numberIn('sessions', values.sessions ?? '12', 1, 10_000)),
    dialects: dialectsOf(values.provider ?? 'mixed'),
    seed: Math.round(numberIn('seed', values.seed ?? '1', 0, 2 ** 31)),
    duration: secondsOf(values.duration ?? '60s'),
    url: webhookUrlOf(values.url ?? defaults.url),
    secret: values.secret ?? defaults.secret,
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args, options: { rate: text, sessions: text, provider: text, seed: text, duration: text, url: text, secret: text, help: { type: 'boolean', short: 'h' } } })
  } catch (cause) {
    throw new AppError('invalid', `${(cause as Error).message}\n\n${SIMULATE_USAGE}`)
  }
}

function numberIn(name: string, given: string, least: number, most: number): number {
  const value = Number(given)
  if (given.trim() !== '' && value >= least && value <= most) return value
  throw new AppError('invalid', `--${name} ${given}: a number from ${least} to ${most}`)
}

function dialectsOf(provider: string): readonly Dialect[] {
  if (provider === 'mixed') return DIALECTS
  const found = DIALECTS.filter((dialect) => dialect.id === provider)
  if (found.length > 0) return found
  throw new AppError('invalid', `--provider ${provider}: one of ${DIALECTS.map((dialect) => dialect.id).join(', ')}, mixed`)
}

function secondsOf(given: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(given)
  if (!match) throw new AppError('invalid', `--duration ${given}: such as 30s, 5m or 1h; 0 = until interrupted`)
  const seconds = Number(match[1]) * { s: 1, m: 60, h: 3600 }[(match[2] ?? 's') as 's' | 'm' | 'h']
  return seconds === 0 ? null : seconds
}

/** A bare address means the default source. */
function webhookUrlOf(given: string): string {
  if (!URL.canParse(given)) throw new AppError('invalid', `--url ${given}: such as http://localhost:3000`)
  const url = new URL(given)
  return url.pathname === '/' ? `${url.origin}/api/whatsapp/webhook` : given.replace(/\/+$/, '')
}
