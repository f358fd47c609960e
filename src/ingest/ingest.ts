import type { Config } from '../config'
import type { Bus } from '../live/bus'
import type { Database } from '../store/database'
import type { SourceBook } from '../store/source-book'
import type { Vault } from '../store/vault'
import type { Metrics } from '../telemetry/metrics'
import { type Arrival, createArrivals, systemNow } from './arrival'
import type { Committed } from './commit'
import { createFoldAway } from './fold-away'
import { Quarantine } from './quarantine'
import type { ReceiveDeps } from './receive'
import { Rejections } from './rejections'
import { SourceNotes } from './source-notes'
import { WRITER_LIMITS, Writer } from './writer'

export interface IngestDeps {
  config: Config
  database: Database
  sources: SourceBook
  vault: Vault
  metrics: Metrics
  bus: Bus
  failed(cause: unknown): void
}

export interface Ingest {
  writer: Writer
  receiving: ReceiveDeps & { arrival(): Arrival; rejections: Rejections }
  /** Puts a day into the sessions before retention drops it. */
  foldAway: ReturnType<typeof createFoldAway>
  /** Could a delivery be committed right now? */
  readiness(): Promise<{ reasons: string[]; backlog: number; journal: number }>
  /** Resolves when everything taken is on disk. */
  close(): Promise<void>
}

/** The write path, wired. */
export function createIngest(deps: IngestDeps): Ingest {
  const { config, database, metrics } = deps
  const quarantine = new Quarantine(database.write, () => metrics.deliveryQuarantined())
  const limits = { ...WRITER_LIMITS, lanes: Math.max(1, Math.min(WRITER_LIMITS.lanes, config.pools.write - 1)) }
  const writer = new Writer(
    database.write,
    systemNow,
    { committed: (...told) => noteCommit(deps, ...told), poisoned: (entry, cause) => quarantine.keepPoisoned(entry, cause) },
    limits,
  )
  const rejections = new Rejections(database.read, systemNow, deps.failed)
  const notes = new SourceNotes(database.read, deps.failed)
  const { staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs } = config
  const allowances = { staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs }
  return {
    writer,
    receiving: {
      writer,
      quarantine,
      allowances,
      rejections,
      notes,
      fingerprint: (secret) => deps.vault.fingerprint(secret),
      now: systemNow,
      noteUse: (secretId) => deps.sources.noteUse(secretId),
      arrival: createArrivals(systemNow),
    },
    foldAway: createFoldAway(database.read),
    readiness: () => readinessOf(database, writer),
    async close() {
      await writer.close()
      await rejections.close()
      await notes.close()
    },
  }
}

function noteCommit({ bus, metrics }: IngestDeps, committed: Committed, tookMs: number, entries: number): void {
  metrics.batchCommitted(entries, tookMs)
  if (committed.first.size > 0) metrics.duplicatesDropped(committed.first.size)
  if (committed.works.length === 0) return
  const types = new Map<string, number>()
  let transitions = 0
  for (const work of committed.works) {
    transitions += work.transitions.length
    for (const { event } of work.fresh) types.set(event.decoded.type, (types.get(event.decoded.type) ?? 0) + 1)
  }
  for (const [type, times] of types) metrics.eventsStored(type, times)
  if (transitions > 0) metrics.transitionsMade(transitions)
  bus.publish({ sessions: committed.works.map((work) => work.sessionId), statusChanged: committed.works.some((work) => work.stateChanged) })
}

const READY_WITHIN_MS = 2_000

async function readinessOf(database: Database, writer: Writer): Promise<{ reasons: string[]; backlog: number; journal: number }> {
  const reasons: string[] = []
  const timeout = Bun.sleep(READY_WITHIN_MS).then(() => 'The database does not answer')
  const asked = database.read<{ readOnly: boolean }[]>`select current_setting('transaction_read_only') = 'on' or pg_is_in_recovery() as "readOnly"`
    .then(([row]) => (row?.readOnly ? 'The database is read-only' : null))
    // What exactly is wrong with it is not for everybody who may ask.
    .catch(() => 'The database cannot be reached')
  const trouble = await Promise.race([asked, timeout])
  if (trouble) reasons.push(trouble)
  const { entries } = writer.backlog
  if (entries >= WRITER_LIMITS.backlogEntries) reasons.push('The backlog is full')
  return { reasons, backlog: entries, journal: 0 }
}
