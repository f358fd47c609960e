import type { Sql } from 'postgres'
import type { Controls } from '../../control/controls'
import type { Instant } from '../../domain/event'
import { isUuid } from '../../domain/id'
import type { Allowances } from '../../domain/staleness'
import type { Bus, Change } from '../../live/bus'
import { Hub, type HubOptions } from '../../live/hub'
import { type Feed, Pacer } from '../../live/pacer'
import { Board } from '../board'
import { EventsFeed } from './events-feed'
import { JsonEventsFeed, JsonSessionsFeed } from './json-feeds'
import { SessionFeed, type SessionFeedDeps } from './session-feed'
import { SessionsFeed } from './sessions-feed'

export interface LiveDeps {
  /** The read pool. */
  sql: Sql
  bus: Bus
  /** The defaults of the configuration. */
  allowances: Allowances
  /** What can be done with the sessions of a source. */
  controls: Pick<Controls, 'capabilitiesOf'>
  now(): Instant
  streams: Pick<HubOptions, 'opened' | 'closed'>
  failed(cause: unknown): void
}

export interface Live {
  board: Board
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
  const pacer = new Pacer(hub, (topic) => feedOf({ sql: deps.sql, board, controls: deps.controls, now: deps.now }, topic), deps.failed)
  const leave = deps.bus.subscribe((change) => pacer.note(change, change.sessions && topicsOf(change.sessions)))
  const look = setInterval(() => pacer.note({ sessions: [], statusChanged: false }, hub.listened), LOOK_MS)
  look.unref()
  return {
    board,
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

function topicsOf(sessions: NonNullable<Change['sessions']>): string[] {
  const topics = ['sessions', 'events', ...sessions.map((id) => `session:${id}`)]
  return [...topics, ...topics.map((topic) => JSON_PREFIX + topic)]
}

function feedOf(deps: SessionFeedDeps, topic: string): Feed | undefined {
  const isJson = topic.startsWith(JSON_PREFIX)
  const name = isJson ? topic.slice(JSON_PREFIX.length) : topic
  if (name === 'sessions') return isJson ? new JsonSessionsFeed(deps) : new SessionsFeed(deps.board, deps.now)
  if (name === 'events') return isJson ? new JsonEventsFeed(deps) : new EventsFeed(deps)
  const id = name.startsWith('session:') ? name.slice('session:'.length) : ''
  if (!isUuid(id)) return undefined
  return isJson ? new JsonSessionsFeed(deps, id) : new SessionFeed(deps, id)
}
