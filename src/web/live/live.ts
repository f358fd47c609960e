import type { Sql } from 'postgres'
import { NoticeBar } from '../../../views/layouts/notice'
import { ids, partial } from '../../../views/live'
import { toHtml } from '../../../views/render'
import type { Controls } from '../../control/controls'
import type { Instant } from '../../domain/event'
import { isUuid } from '../../domain/id'
import type { Allowances } from '../../domain/staleness'
import type { Bus, Change } from '../../live/bus'
import { Hub, type HubOptions } from '../../live/hub'
import { type Feed, Pacer } from '../../live/pacer'
import type { SourceBook } from '../../store/source-book'
import { Board } from '../board'
import type { SourceBoardDeps } from '../source-board'
import { loadGuides } from '../source-guides'
import { EventsFeed } from './events-feed'
import { JsonEventsFeed, JsonSessionsFeed } from './json-feeds'
import { SessionFeed, type SessionFeedDeps } from './session-feed'
import { SessionsFeed } from './sessions-feed'
import { SourceFeed, SourcesFeed } from './sources-feed'

export interface LiveDeps {
  /** The read pool. */
  sql: Sql
  bus: Bus
  /** The defaults of the configuration. */
  allowances: Allowances
  /** What can be done with the sessions of a source. */
  controls: Pick<Controls, 'capabilitiesOf'>
  sources: Pick<SourceBook, 'list' | 'find' | 'refresh'>
  publicUrl: string
  now(): Instant
  streams: Pick<HubOptions, 'opened' | 'closed'>
  /** What operators must know about the server itself. */
  notice?(): string | null
  failed(cause: unknown): void
}

export interface Live {
  board: Board
  /** What pages of sources are made of, for those who render them as a whole. */
  sourceBoard: SourceBoardDeps
  /** A stream for pages; undefined when there is no such topic. */
  open(topic: string, lastEventId: string | null): ReadableStream<Uint8Array> | undefined
  /** The same topics as JSON. */
  openJson(topic: string, lastEventId: string | null): ReadableStream<Uint8Array> | undefined
  /** Ends every stream. */
  close(): void
}

/** Silence changes sessions too (quiet, stuck, an expired code), and nothing tells of it but the clock. */
const LOOK_MS = 5_000
const JSON_PREFIX = 'json:'

export function createLive(deps: LiveDeps): Live {
  const board = new Board(deps.sql, deps.allowances, deps.now)
  const hub = new Hub(deps.streams)
  const { sql, sources, publicUrl, now } = deps
  const sourceBoard: SourceBoardDeps = { sql, board, sources, guides: loadGuides(), publicUrl, now }
  const pacer = new Pacer(hub, (topic) => feedOf({ ...sourceBoard, controls: deps.controls }, topic), deps.failed)
  const leave = deps.bus.subscribe((change) => pacer.note(change, change.sessions && [...topicsOf(change.sessions), ...hub.listened.filter(isOfSources)]))
  const tellNotice = createNoticeTeller(hub, deps.notice ?? (() => null))
  const look = setInterval(() => {
    tellNotice()
    pacer.note({ sessions: [], statusChanged: false }, hub.listened)
  }, LOOK_MS)
  look.unref()
  return {
    board,
    sourceBoard,
    open: (topic, lastEventId) => (topic.startsWith(JSON_PREFIX) ? undefined : pacer.open(topic, lastEventId)),
    openJson: (topic, lastEventId) => pacer.open(JSON_PREFIX + topic, lastEventId),
    close() {
      leave()
      clearInterval(look)
      pacer.close()
      hub.close()
    },
  }
}

/** Every open page is told when the notice changes, whatever it listens to. */
function createNoticeTeller(hub: Hub, notice: () => string | null): () => void {
  let told = notice()
  return () => {
    const now = notice()
    if (now === told) return
    told = now
    const data = partial(ids.notice, toHtml(NoticeBar({ notice: now })))
    for (const topic of hub.listened) if (!topic.startsWith(JSON_PREFIX)) hub.send(topic, [{ data }])
  }
}

function topicsOf(sessions: NonNullable<Change['sessions']>): string[] {
  const topics = ['sessions', 'events', ...sessions.map((id) => `session:${id}`)]
  return [...topics, ...topics.map((topic) => JSON_PREFIX + topic)]
}

/** Sessions, refusals and secrets all show there: any change may. */
const isOfSources = (topic: string) => topic === 'sources' || topic.startsWith('source:')

function feedOf(deps: SessionFeedDeps & SourceBoardDeps, topic: string): Feed | undefined {
  const isJson = topic.startsWith(JSON_PREFIX)
  const name = isJson ? topic.slice(JSON_PREFIX.length) : topic
  if (name === 'sessions') return isJson ? new JsonSessionsFeed(deps) : new SessionsFeed(deps.board, deps.now)
  if (name === 'events') return isJson ? new JsonEventsFeed(deps) : new EventsFeed(deps)
  if (!isJson && name === 'sources') return new SourcesFeed(deps)
  if (!isJson && name.startsWith('source:') && isUuid(name.slice('source:'.length))) return new SourceFeed(deps, name.slice('source:'.length))
  const id = name.startsWith('session:') ? name.slice('session:'.length) : ''
  if (!isUuid(id)) return undefined
  return isJson ? new JsonSessionsFeed(deps, id) : new SessionFeed(deps, id)
}
