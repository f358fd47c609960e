/** What the pages of sources show, put together of settings, sessions and notes. */
import type { Sql } from 'postgres'
import type { Arrival, Proof, SourceNow, SourceView } from '../../views/sources/model'
import { receivedOf } from '../../views/sources/received'
import { AppError } from '../domain/error'
import { type EventType, type Instant, STATUSES } from '../domain/event'
import { proposalOf, UNKNOWN_PROVIDER } from '../domain/recognition'
import type { SessionRecord } from '../domain/records'
import { isLive } from '../domain/rotation'
import { DAY_MS } from '../domain/time'
import { acceptedSchemes, findProvider } from '../providers'
import { aboutScheme, weakestOf } from '../signing/about'
import { listOperatorNames } from '../store/operators'
import { countQuarantined, listQuarantine } from '../store/quarantine-read'
import { countRejections, type RejectionSummary, summariseRejections } from '../store/rejections-read'
import type { SourceBook } from '../store/source-book'
import { listMismatches, listSightings } from '../store/source-notes'
import { DEFAULT_SLUG, type Source } from '../store/sources'
import type { Board } from './board'
import type { Guides } from './source-guides'

export interface SourceBoardDeps {
  sql: Sql
  board: Board
  sources: Pick<SourceBook, 'list' | 'find' | 'refresh'>
  guides: Guides
  publicUrl: string
  now(): Instant
}

const WEEK_MS = 7 * DAY_MS
/** The page shows the latest few; the list has a page of its own. */
const KEPT_SHOWN = 5

/** @throws AppError `not_found`. */
export function findSourceOf({ sources }: Pick<SourceBoardDeps, 'sources'>, slug: string | undefined): Source {
  const source = sources.find(slug ?? '')
  if (!source) throw new AppError('not_found', 'There is no such source')
  return source
}

export async function listSourceViews(deps: SourceBoardDeps): Promise<SourceView[]> {
  const now = deps.now()
  const [sessions, rejected, quarantined, owners] = await Promise.all([
    deps.board.sessions(),
    countRejections(deps.sql, now - DAY_MS),
    countQuarantined(deps.sql),
    listOperatorNames(deps.sql),
  ])
  const counted = (source: Source) => ({ rejected: rejected.get(source.id) ?? 0, quarantined: quarantined.get(source.id)?.count ?? 0, owners })
  return deps.sources.list().map((source) => viewOf(source, sessionsOf(sessions, source), counted(source), deps))
}

/** Deliveries of the last day to URLs that name no source. */
export function listLost({ sql, now }: Pick<SourceBoardDeps, 'sql' | 'now'>): Promise<RejectionSummary[]> {
  return summariseRejections(sql, null, now() - DAY_MS)
}

export async function sourceNow(deps: SourceBoardDeps, source: Source): Promise<SourceNow> {
  const now = deps.now()
  const [all, refused, rejected, counts, kept, sightings, mismatches, owners] = await Promise.all([
    deps.board.sessions(),
    summariseRejections(deps.sql, source.id, now - WEEK_MS),
    countRejections(deps.sql, now - DAY_MS, source.id),
    countQuarantined(deps.sql),
    listQuarantine(deps.sql, { source: source.slug, limit: KEPT_SHOWN }),
    source.provider === 'auto' ? listSightings(deps.sql, source.id) : null,
    listMismatches(deps.sql, source.id),
    listOperatorNames(deps.sql),
  ])
  const sessions = sessionsOf(all, source)
  const proposal = sightings && proposalOf(sightings)
  return {
    source: viewOf(source, sessions, { rejected: rejected.get(source.id) ?? 0, quarantined: counts.get(source.id)?.count ?? 0, owners }, deps),
    arrival: arrivalOf(sessions, refused, kept.data),
    received: receivedOf(deps.guides.expectedOf(mostSeen(source, sightings)), sessions),
    refused,
    quarantine: kept.data,
    recognition: sightings && {
      sightings: sightings.map((one) => ({ ...one, label: providerLabel(one.provider) })),
      proposal: proposal === null ? null : { id: proposal, label: providerLabel(proposal) },
    },
    mismatches,
  }
}

export function webhookUrlOf(publicUrl: string, slug: string): string {
  return `${publicUrl}/api/whatsapp/${slug === DEFAULT_SLUG ? '' : `${slug}/`}webhook`
}

export function providerLabel(id: string): string {
  if (id === 'auto') return 'Any sender, recognised'
  return id === UNKNOWN_PROVIDER ? 'unknown' : (findProvider(id)?.label ?? id)
}

function viewOf(
  source: Source,
  sessions: readonly SessionRecord[],
  counted: { rejected: number; quarantined: number; owners: readonly { id: string; name: string }[] },
  { publicUrl, now }: SourceBoardDeps,
): SourceView {
  const schemes = acceptedSchemes(source)
  const live = source.secrets.filter((secret) => isLive(secret, now()))
  return {
    id: source.id,
    slug: source.slug,
    label: source.label,
    provider: { id: source.provider, label: providerLabel(source.provider) },
    owner: counted.owners.find(({ id }) => id === source.ownerId) ?? null,
    webhookUrl: webhookUrlOf(publicUrl, source.slug),
    createdAt: source.createdAt,
    proofs: schemes.map((setting): Proof => aboutScheme(setting)),
    weakest: weakestOf(schemes),
    sessions: STATUSES.map((status) => ({ status, count: sessions.filter((session) => session.status === status).length })).filter(({ count }) => count > 0),
    lastEventAt: sessions.reduce<Instant | null>((last, { lastEventAt }) => (lastEventAt === null ? last : Math.max(last ?? 0, lastEventAt)), null),
    rejected: counted.rejected,
    quarantined: counted.quarantined,
    secrets: {
      live: live.length,
      oldestAt: live.length === 0 ? null : Math.min(...live.map(({ createdAt }) => createdAt)),
      isRotating: live.length > 1,
      isNeeded: schemes.some(({ scheme }) => scheme !== 'none'),
    },
  }
}

function sessionsOf(sessions: readonly SessionRecord[], { slug }: Source): SessionRecord[] {
  return sessions.filter((session) => session.source === slug)
}

/** A source that recognises its senders is judged by what its most frequent one should send. */
function mostSeen(source: Source, sightings: readonly { provider: string }[] | null): string {
  return sightings?.find(({ provider }) => provider !== UNKNOWN_PROVIDER)?.provider ?? source.provider
}

/** Something understood counts before anything that was not. */
function arrivalOf(
  sessions: readonly SessionRecord[],
  refused: readonly RejectionSummary[],
  kept: readonly { receivedAt: Instant; reason: string }[],
): Arrival {
  const heard = sessions.filter((session) => session.lastEventAt !== null).sort((a, b) => (b.lastEventAt ?? 0) - (a.lastEventAt ?? 0))[0]
  if (heard) return { kind: 'heard', session: heard.name, type: latestType(heard), at: heard.lastEventAt ?? 0 }
  const [refusal] = refused
  const [odd] = kept
  if (odd && (!refusal || odd.receivedAt > refusal.lastAt)) return { kind: 'quarantined', at: odd.receivedAt, reason: odd.reason }
  return refusal ? { kind: 'refused', refused: refusal } : { kind: 'waiting' }
}

function latestType({ lastOf }: SessionRecord): EventType | null {
  const [latest] = (Object.entries(lastOf) as [EventType, Instant][]).sort((a, b) => b[1] - a[1])
  return latest?.[0] ?? null
}
