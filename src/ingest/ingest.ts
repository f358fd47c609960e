import type { Config } from '../config'
import { narrowest } from '../domain/staleness'
import type { Bus } from '../live/bus'
import type { Database } from '../store/database'
import type { SourceBook } from '../store/source-book'
import type { Vault } from '../store/vault'
import type { Metrics } from '../telemetry/metrics'
import type { Report } from '../telemetry/report'
import { type Arrival, createArrivals, systemNow } from './arrival'
import { changeOf } from './change'
import type { Committed } from './commit'
import { createDecodeAgain, type DecodeAgain } from './decode-again'
import { createFoldAway } from './fold-away'
import { Quarantine } from './quarantine'
import { createReadiness, Refusals } from './readiness'
import type { ReceiveDeps } from './receive'
import { Rejections } from './rejections'
import { Issues, openShelter, type ShelterDeps } from './shelter'
import { SourceNotes } from './source-notes'
import { type Shelter, WRITER_LIMITS, Writer } from './writer'

export interface IngestDeps {
  config: Config
  database: Database
  sources: SourceBook
  vault: Vault
  metrics: Metrics
  bus: Bus
  failed(cause: unknown): void
  /** Told after each commit; must take no time. */
  committed?(works: Committed['works']): void
}

export interface Ingest {
  writer: Writer
  receiving: ReceiveDeps & { arrival(): Arrival; rejections: Rejections; notes: SourceNotes }
  /** Puts a day into the sessions before retention drops it. */
  foldAway: ReturnType<typeof createFoldAway>
  decodeAgain: DecodeAgain
  /**
   * From now on deliveries are kept in DATA_DIR while Postgres is away; what a journal there holds is written before anything newer.
   * @throws what the disk says when there is no place for a journal.
   */
  openJournal(report: ShelterDeps['report'] & Pick<Report, 'writesRefused'>, revive?: () => Promise<void>): Promise<Shelter>
  /** What an operator should know while the journal holds something; null when it does not. */
  notice(): string | null
  /** Would a delivery be kept right now? */
  readiness: ReturnType<typeof createReadiness>
  /** Resolves when everything taken is on disk. */
  close(): Promise<void>
}

/** The write path, wired. */
export function createIngest(deps: IngestDeps): Ingest {
  const { config, database, metrics } = deps
  let shelter: Shelter | undefined
  let tell: Pick<Report, 'writesRefused'> | undefined
  const issues = new Issues(database.read, deps)
  // What is refused or kept apart moves no session, but shows on the pages of sources.
  const shownElsewhere = () => deps.bus.publish({ sessions: [], statusChanged: false })
  const quarantine = new Quarantine(database.write, () => {
    metrics.deliveryQuarantined()
    shownElsewhere()
  })
  const refusals = new Refusals(systemNow)
  const writer = new Writer(
    database.write,
    systemNow,
    {
      committed: (...told) => noteCommit(deps, ...told),
      poisoned: (entry, cause) => quarantine.keepPoisoned(entry, cause),
      ...refusals.hooks(
        (cause) => noteTrouble(cause, issues, tell),
        () => issues.resolve('writes', 'refused'),
      ),
    },
    { ...WRITER_LIMITS, lanes: Math.max(1, Math.min(WRITER_LIMITS.lanes, config.pools.write - 1)) },
  )
  const rejections = new Rejections(database.read, systemNow, deps.failed, shownElsewhere)
  const notes = new SourceNotes(database.read, deps.failed)
  const allowances = narrowest(config)
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
    decodeAgain: createDecodeAgain({
      sql: database.read,
      writer,
      allowances,
      retentionEventsMs: config.retentionEventsMs,
      sources: () => deps.sources.list(),
      now: systemNow,
    }),
    async openJournal(report, revive = async () => {}) {
      tell = report
      shelter = await openShelter({
        ...{ config, database, report, revive, cache: writer.cache, committed: (...told) => noteCommit(deps, ...told), wake: () => writer.wake() },
        // What has no delivery is a judgement of our own: it will be made again.
        setAside: async (entry, cause) => (entry.delivery ? quarantine.keepPoisoned(entry, cause) : deps.failed(cause)),
      })
      for (const one of [writer, quarantine]) one.shelter(shelter)
      return shelter
    },
    notice: () => noticeOf(shelter),
    readiness: createReadiness({ database, writer, shelter: () => shelter, refusals, now: systemNow }),
    async close() {
      await writer.drain()
      await shelter?.outage.close()
      await writer.close()
      await rejections.close()
      await notes.close()
    },
  }
}

function noteCommit({ bus, metrics, committed: tell }: IngestDeps, committed: Committed, tookMs: number, entries: number): void {
  metrics.batchCommitted(entries, tookMs)
  if (committed.first.size > 0) metrics.duplicatesDropped(committed.first.size)
  if (committed.works.length === 0) return
  tell?.(committed.works)
  const types = new Map<string, number>()
  let transitions = 0
  for (const work of committed.works) {
    transitions += work.transitions.length
    for (const { event } of work.fresh) types.set(event.decoded.type, (types.get(event.decoded.type) ?? 0) + 1)
  }
  for (const [type, times] of types) metrics.eventsStored(type, times)
  if (transitions > 0) metrics.transitionsMade(transitions)
  bus.publish(changeOf(committed.works))
}

function noticeOf(shelter: Shelter | undefined): string | null {
  const { records = 0 } = shelter?.journal.state ?? {}
  if (!shelter || (records === 0 && shelter.outage.gate === 'send')) return null
  const kept = records === 1 ? '1 delivery is' : `${records} deliveries are`
  return shelter.outage.isDraining
    ? `The database was away. ${kept} being written from the journal: until then sessions show an older state.`
    : `The database takes no writes. ${kept} kept in the journal; sessions show the state of before.`
}

function noteTrouble(cause: unknown, issues: Issues, report: Pick<Report, 'writesRefused'> | undefined): void {
  report?.writesRefused(cause)
  issues.raise('writes', 'refused', `The database refuses one delivery after the other: ${String((cause as Error).message).slice(0, 200)}`)
}
