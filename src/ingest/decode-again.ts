import type { Sql } from 'postgres'
import type { Delivery } from '../domain/delivery'
import { AppError } from '../domain/error'
import type { Instant } from '../domain/event'
import { sessionNameFromUrl } from '../domain/session-name'
import type { Allowances } from '../domain/staleness'
import { DAY_MS } from '../domain/time'
import { resolveQuarantined } from '../store/quarantine'
import { findQuarantined, listQuarantinedIds } from '../store/quarantine-read'
import { ensureDay, eventMark, findDecoded, findDeliveryOfEvent, findKeptDelivery, holdDelivery, type KeptPlace, type StoredDelivery } from '../store/replays'
import type { Source } from '../store/sources'
import type { Entry, PendingEvent } from './batch'
import { type KeptDelivery, understand } from './receive'
import type { Writer } from './writer'

/** What became of a delivery that was decoded again. */
export type DecodedAgain =
  /** So many events went into the ledger, under the delivery's own arrival. */
  | { outcome: 'added'; events: number }
  /** The ledger had all of it. */
  | { outcome: 'unchanged' }
  | { outcome: 'undecoded'; reason: string }
  /** It arrived before what the ledger still keeps: there is no place for it any more. */
  | { outcome: 'expired' }

/**
 * Decodes kept deliveries with the providers of today: after an upgrade, or once a source has its provider. What they say now goes
 * into the ledger by the same door as when they arrived; what the ledger has is not told twice, however often this is asked.
 */
export interface DecodeAgain {
  /** @throws AppError `not_found`, `conflict` when it was dealt with already or its source is gone. */
  quarantined(id: string): Promise<DecodedAgain>
  /** Everything that waits of one source, at most `ALL_AT_ONCE`. @returns how many were decoded, and how many wait on. */
  allQuarantined(sourceId: string): Promise<{ decoded: number; left: number }>
  /** The delivery of this event. @throws AppError `not_found`, `gone` when retention has dropped the delivery. */
  event(id: string): Promise<DecodedAgain>
  /** The delivery that is kept there. @throws AppError `gone` when retention has dropped it, `conflict` when its source is gone. */
  kept(place: KeptPlace): Promise<DecodedAgain>
}

export interface DecodeAgainDeps {
  sql: Sql
  writer: Pick<Writer, 'append'>
  allowances: Allowances
  retentionEventsMs: number
  sources(): readonly Source[]
  now(): Instant
}

/** One click, one request: more go with the next one. */
export const ALL_AT_ONCE = 1_000

export function createDecodeAgain(deps: DecodeAgainDeps): DecodeAgain {
  let turn: Promise<unknown> = Promise.resolve()
  // One at a time: each holds a connection and needs a second one, and a pool's worth of them would wait for one another for ever.
  const alone = (id: string, work: () => Promise<DecodedAgain>): Promise<DecodedAgain> => {
    const run = turn.then(() => holdDelivery(deps.sql, id, work))
    turn = run.catch(() => {})
    return run
  }
  const quarantined = (id: string) => alone(id, () => decodeQuarantined(deps, id))
  return {
    quarantined,
    async allQuarantined(sourceId) {
      const ids = await listQuarantinedIds(deps.sql, sourceId, ALL_AT_ONCE)
      let decoded = 0
      // One by one, in the order of their arrival: the sessions are told in order.
      for (const id of ids) {
        const { outcome } = await quarantined(id).catch(passedOver)
        if (outcome === 'added' || outcome === 'unchanged') decoded++
      }
      return { decoded, left: ids.length - decoded }
    },
    async event(id) {
      const delivery = await findDeliveryOfEvent(deps.sql, id)
      if (delivery === undefined) throw new AppError('not_found', 'There is no such event, or retention has dropped it')
      if (delivery === null) throw new AppError('gone', 'Retention has dropped the delivery of this event, or no sender posted it: there is nothing to decode')
      return alone(delivery.id, () => decode(deps, sourceOf(deps, delivery.sourceId), delivery))
    },
    kept: (place) =>
      alone(place.id, async () => {
        const delivery = await findKeptDelivery(deps.sql, place)
        if (!delivery) throw new AppError('gone', 'Retention has dropped this delivery')
        return decode(deps, sourceOf(deps, delivery.sourceId), delivery)
      }),
  }
}

async function decodeQuarantined(deps: DecodeAgainDeps, id: string): Promise<DecodedAgain> {
  const kept = await findQuarantined(deps.sql, id)
  if (!kept) throw new AppError('not_found', 'There is no such delivery in the quarantine')
  if (kept.resolvedAt !== null) throw new AppError('conflict', 'This delivery was dealt with already')
  const delivery = { ...kept, scheme: kept.scheme ?? 'unknown' }
  const decoded = await decode(deps, sourceOf(deps, kept.sourceId), delivery)
  // After the commit: cut off in between, the next try finds everything in the ledger.
  if (decoded.outcome === 'added' || decoded.outcome === 'unchanged') await resolveQuarantined(deps.sql, [id], deps.now())
  return decoded
}

function sourceOf(deps: DecodeAgainDeps, id: string): Source {
  const source = deps.sources().find((one) => one.id === id)
  if (!source) throw new AppError('conflict', 'The source that this delivery came to is gone')
  return source
}

async function decode(deps: DecodeAgainDeps, source: Source, stored: StoredDelivery): Promise<DecodedAgain> {
  const age = deps.now() - stored.receivedAt
  if (age > deps.retentionEventsMs) return { outcome: 'expired' }
  const understood = understand({ allowances: deps.allowances, notes: SILENT }, source, asDelivered(stored), keptOf(stored))
  if (!understood.ok) return { outcome: 'undecoded', reason: understood.reason }
  const entries: Entry[] = []
  for (const entry of understood.entries) {
    const missing = await missingOf(deps.sql, entry, stored.id)
    if (missing.events.length > 0) entries.push(missing)
  }
  if (entries.length === 0) return { outcome: 'unchanged' }
  if (age > DAY_MS) await ensureDay(deps.sql, stored.receivedAt)
  const written = await Promise.all(entries.map(async (entry) => ({ entry, ...(await deps.writer.append(entry)) })))
  const added = written.reduce((sum, { entry, duplicate }) => sum + (duplicate ? 0 : entry.events.length), 0)
  return added > 0 ? { outcome: 'added', events: added } : { outcome: 'unchanged' }
}

/** What the delivery says of this session and the ledger does not have from it. Events without a key are known by their kind and number. */
async function missingOf(sql: Sql, entry: Entry, deliveryId: string): Promise<Entry> {
  const { isKept, events } = await findDecoded(sql, { sessionId: entry.sessionId, receivedAt: entry.receivedAt, deliveryId })
  const known = [...events]
  const missing = entry.events.filter(({ decoded }) => {
    const at = known.indexOf(eventMark(decoded.type, decoded.key))
    if (at >= 0) known.splice(at, 1)
    return at < 0
  })
  if (!isKept && events.length === 0) return { ...entry, events: missing }
  return { ...entry, isDeliveryKept: isKept, events: missing.map((event) => renamed(event, entry.receivedAt)) }
}

/** The first event bears the delivery's id, which one of the ledger has already. */
function renamed(event: PendingEvent, receivedAt: Instant): PendingEvent {
  const id = Bun.randomUUIDv7('hex', Math.floor(receivedAt))
  return { ...event, id, position: { ...event.position, id } }
}

function asDelivered({ id, receivedAt, path, headers, body, address }: StoredDelivery): Delivery {
  return { id, receivedAt, method: 'POST', path, pathSession: sessionInPath(path), headers, body, address }
}

function keptOf({ headers, ...stored }: StoredDelivery): KeptDelivery {
  const { id, receivedAt, path, address, body, bodySize, scheme, secretId } = stored
  return { id, receivedAt, path, address, headers: JSON.stringify(headers), body, bodySize, scheme, secretId }
}

/** The session in `/api/whatsapp[/:source]/webhook/:session[/…]`, as the door reads it. */
export function sessionInPath(path: string): string | null {
  const [, session] = /^\/api\/whatsapp\/(?:webhook|[^/?]+\/webhook)\/([^/?]+)/.exec(path) ?? []
  if (session === undefined) return null
  return sessionNameFromUrl(decoded(session))
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Counted when it arrived. */
const SILENT = { recognised() {}, mismatched() {} }

/** Somebody else was faster with this one. */
function passedOver(cause: unknown): { outcome: 'undecoded' } {
  if (cause instanceof AppError && (cause.code === 'conflict' || cause.code === 'not_found')) return { outcome: 'undecoded' }
  throw cause
}
