import { parseArgs } from 'node:util'
import { AppError } from '../../domain/error'

/** What a kill hits: the server, Postgres (all of its processes), or both in the same moment. */
export const TARGETS = ['server', 'postgres', 'both'] as const
export type Target = (typeof TARGETS)[number]

export interface ProveOptions {
  kills: number
  /** Mean wait from a recovery to the next kill. */
  betweenMs: number
  seed: number
  /** Deliveries per second, of all senders together, as long as they are answered. */
  rate: number
  only: Target | null
  /** Three in ten kills of Postgres keep it down for up to this long; 0 = never. */
  outageMs: number
  /** Where the report goes as JSON. */
  report: string | null
}

export const DEFAULTS: ProveOptions = { kills: 100, betweenMs: 300, seed: 1, rate: 250, only: null, outageMs: 0, report: null }

export const PROVE_USAGE = `Usage: bun task prove [--kills <n>] [options]
       bun task prove --rebuild <events>
       bun task prove --soak <duration> [--rate <n>]

Proves that a 2xx means "kept, once". It starts a server and a Postgres of its own, on a temporary folder and free ports, posts numbered
and signed deliveries, writes down every 2xx, and meanwhile kills (SIGKILL) server and Postgres at random moments, also while they start.
At the end everything acknowledged must be stored exactly once, in order, byte for byte, and the projections must equal the fold of the
ledger. The exit code is 1 when anything is violated; the folder is kept then.

  --kills <n>            how many (${DEFAULTS.kills})
  --seconds-between <s>  mean wait from a recovery to the next kill (${DEFAULTS.betweenMs / 1000})
  --only <what>          kill only server, postgres or both; all three in turns otherwise
  --outage <t>           three in ten kills of Postgres keep it down for up to so long, such as 5s (never)
  --rate <n>             deliveries per second (${DEFAULTS.rate})
  --seed <n>             the same seed sends and kills alike, as far as time allows (${DEFAULTS.seed})
  --report <file>        writes the verdict as JSON

--rebuild writes so many made-up events through the write path, then folds the ledger anew: no difference may be found.
--soak loads a server of its own with half of what it can take, watches memory and p99, and says whether either drifts.`

export interface ProveArguments {
  prove: ProveOptions
  rebuild: number | null
  /** A rate that was not given is found. */
  soak: { durationMs: number; rate: number | null } | null
}

/** @throws AppError `invalid` with what is wrong and what would be right. */
export function readOptions(args: string[], parseDuration: (text: string) => number | null): ProveArguments {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { kills: text, 'seconds-between': text, only: text, outage: text, rate: text, seed: text, report: text, rebuild: text, soak: text },
  })
  const duration = (name: string, given: string | undefined) => {
    const ms = given === undefined ? null : parseDuration(given)
    if (given !== undefined && ms === null) throw new AppError('invalid', `--${name} ${given}: such as 5s, 2m or 1h`)
    return ms
  }
  const soakMs = duration('soak', values.soak)
  const rate = numberIn('rate', values.rate, DEFAULTS.rate, 1, 10_000)
  return {
    prove: {
      kills: numberIn('kills', values.kills, DEFAULTS.kills, 1, 1_000_000),
      betweenMs: numberIn('seconds-between', values['seconds-between'], DEFAULTS.betweenMs / 1000, 0, 3_600, false) * 1000,
      seed: numberIn('seed', values.seed, DEFAULTS.seed, 0, 2 ** 31),
      rate,
      only: targetOf(values.only),
      outageMs: duration('outage', values.outage) ?? DEFAULTS.outageMs,
      report: values.report ?? null,
    },
    rebuild: values.rebuild === undefined ? null : numberIn('rebuild', values.rebuild, 0, 1, 100_000_000),
    soak: soakMs === null ? null : { durationMs: soakMs, rate: values.rate === undefined ? null : rate },
  }
}

function numberIn(name: string, given: string | undefined, fallback: number, least: number, most: number, isWhole = true): number {
  if (given === undefined) return fallback
  const value = Number(given)
  if (given.trim() !== '' && value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value
  throw new AppError('invalid', `--${name} ${given}: a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`)
}

function targetOf(given: string | undefined): Target | null {
  if (given === undefined) return null
  const target = TARGETS.find((one) => one === given)
  if (!target) throw new AppError('invalid', `--only ${given}: one of ${TARGETS.join(', ')}`)
  return target
}
