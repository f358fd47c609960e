import { parseArgs } from 'node:util'
import { AppError } from '../../domain/error'
import type { Dialect } from './happening'
import { DIALECTS } from './play'

export interface SimulateOptions {
  /** Deliveries per second. */
  rate: number
  sessions: number
  dialects: readonly Dialect[]
  seed: number
  /** Seconds; null = until interrupted. */
  duration: number | null
  /** A source's, to which the session's name is appended. */
  webhookUrl: string
  secret: string | null
}

export const SIMULATE_USAGE = `Usage: bun task simulate [options]

Plays realistic senders against a running server: lines pair with rotating QR codes, connect, talk, flap, log out and fall
silent. Each posts, signs and tries again as its service does.

  --rate <n>        deliveries per second (20)
  --sessions <n>    lines (12)
  --provider <id>   wwebjs-api, waha, evolution-api, wppconnect-server, open-wa-v4, open-wa-v5, meta-cloud-api, gowa, wuzapi, signed
                    or mixed (mixed)
  --seed <n>        the same seed plays the same play (1)
  --duration <t>    30s, 5m, 1h; 0 = until Ctrl-C (60s)
  --url <url>       the server, or a source's webhook URL (PUBLIC_URL, or http://localhost:3000)
  --secret <text>   the source's secret (WEBHOOK_SECRET, or what DATA_DIR knows)`

/** @throws AppError `invalid` with what is wrong and what would be right. */
export function readOptions(args: string[], defaultUrl: string, parseDuration: (text: string) => number | null): SimulateOptions {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const
  const options = {
    rate: text('20'),
    sessions: text('12'),
    provider: text('mixed'),
    seed: text('1'),
    duration: text('60s'),
    url: text(defaultUrl),
    secret: { type: 'string' },
  } as const
  const { values } = parseArgs({ args, options })
  const durationMs = values.duration === '0' ? 0 : parseDuration(values.duration)
  if (durationMs === null) throw new AppError('invalid', `--duration ${values.duration}: such as 30s, 5m or 1h; 0 = until Ctrl-C`)
  return {
    rate: numberIn('rate', values.rate, 0.1, 20_000),
    sessions: Math.round(numberIn('sessions', values.sessions, 1, 10_000)),
    dialects: dialectsOf(values.provider),
    seed: Math.round(numberIn('seed', values.seed, 0, 2 ** 31)),
    duration: durationMs === 0 ? null : durationMs / 1000,
    webhookUrl: webhookUrlOf(values.url),
    secret: values.secret ?? null,
  }
}

/** @throws AppError `invalid` with what would be right. */
export function numberIn(name: string, given: string, least: number, most: number): number {
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

/** A bare address means the default source. */
function webhookUrlOf(given: string): string {
  if (!URL.canParse(given)) throw new AppError('invalid', `--url ${given}: such as http://localhost:3000`)
  const url = new URL(given)
  return url.pathname === '/' ? `${url.origin}/api/whatsapp/webhook` : given.replace(/\/+$/, '')
}
