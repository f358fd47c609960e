import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '../config'
import { type Environment, parseDuration } from '../config-values'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import { sessionIdOf } from '../domain/id'
import { systemNow } from '../ingest/arrival'
import { createIngest } from '../ingest/ingest'
import { type Replayed, replay } from '../ingest/replay'
import { createBus } from '../live/bus'
import { openDatabase } from '../store/database'
import type { KeptFilter } from '../store/replays'
import { SourceBook } from '../store/source-book'
import { DEFAULT_SLUG } from '../store/sources'
import { openVault } from '../store/vault'
import { createMetrics } from '../telemetry/metrics'
import { withDatabase } from './connection'

export const usage = `Usage: bun task replay [options]

Decodes the kept deliveries of a source again, as this version understands them, and puts what is new into the ledger, each event
under its delivery's own arrival. What the ledger has is not told twice: it may be stopped and begun anew, also while the server
runs. Kept are the deliveries of RETENTION_BODIES. Those in the quarantine are decoded again from the source's page.

  --source <slug>    whose deliveries (default)
  --session <name>   only those of one session
  --since <when>     what arrived then or later: a date, a time (2026-01-31T12:00Z), or an age such as 2h or 3d
  --until <when>     what arrived before that`

export async function run(args: string[], env: Environment): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args, options: { source: { ...text, default: DEFAULT_SLUG }, session: text, since: text, until: text } })
  const [since, until] = [instantIn('since', values.since), instantIn('until', values.until)]
  if (since !== null && until !== null && since >= until) throw new AppError('invalid', '--since is not before --until: nothing can have arrived in between')
  const config = loadConfig(env)
  const sum = await withDatabase(config, console.log, (url) => replayOn(config, url, values.source, values.session ?? null, { since, until }))
  console.log(summaryOf(sum))
  return sum.undecoded > 0 ? 1 : 0
}

/** Through the same door as the server: other processes hear of it, so that their pages move. */
async function replayOn(config: Config, url: string, slug: string, session: string | null, times: Pick<KeptFilter, 'since' | 'until'>): Promise<Replayed> {
  const database = await openDatabase(url, { write: 2, read: 4 })
  const undo: (() => Promise<unknown>)[] = [() => database.close()]
  const failed = (cause: unknown) => console.error(`${(cause as Error).message}`)
  try {
    const vault = await openVault(config)
    const sources = await SourceBook.load(database.read, vault, systemNow)
    undo.push(async () => sources.close())
    const source = sources.find(slug)
    if (!source) throw new AppError('not_found', `There is no source "${slug}"`)
    const bus = await createBus(database.bus, { failed })
    undo.push(() => bus.close())
    const ingest = createIngest({ config, database, sources, vault, metrics: createMetrics(), bus, failed })
    undo.push(() => ingest.close())
    const filter = { sourceId: source.id, sessionId: session === null ? null : sessionIdOf(source.id, session), ...times }
    return await replay(database.read, ingest.decodeAgain, filter, progressLine)
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

/** @throws AppError `invalid` with what would be right. */
function instantIn(name: string, given: string | undefined): Instant | null {
  if (given === undefined) return null
  const age = parseDuration(given)
  if (age !== null) return systemNow() - age
  const at = Date.parse(given)
  if (Number.isNaN(at)) throw new AppError('invalid', `--${name} ${given}: a date such as 2026-01-31, a time such as 2026-01-31T12:00Z, or an age such as 3d`)
  return at
}

function summaryOf({ deliveries, added, events, unchanged, undecoded, expired }: Replayed): string {
  const parts = [`${added} added ${events} ${events === 1 ? 'event' : 'events'}`, `${unchanged} had nothing new`]
  if (undecoded > 0) parts.push(`${undecoded} are understood by nobody now`)
  if (expired > 0) parts.push(`${expired} are older than the ledger`)
  return `${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'} decoded again: ${parts.join(', ')}`
}

let lastShown = 0

/** At most one line a second, on stderr. */
function progressLine({ deliveries, events }: Replayed): void {
  const now = performance.now()
  if (now - lastShown < 1_000) return
  lastShown = now
  console.error(`${deliveries} deliveries, ${events} new events`)
}
