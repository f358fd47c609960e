import type { Change } from '../../live/bus'
import type { Feed } from '../../live/pacer'
import type { Message } from '../../live/sse'
import { eventJson, sessionJson } from '../api/shapes'
import { EventsTail } from './events-tail'
import type { SessionFeedDeps } from './session-feed'
import { placeOf } from './sessions-feed'

/** `session` messages: each session that moved, whole. Of one session, or of all. */
export class JsonSessionsFeed implements Feed {
  #places = new Map<string, string>()

  constructor(
    private readonly deps: SessionFeedDeps,
    private readonly only?: string,
  ) {}

  async render(change: Change): Promise<Message[]> {
    const named = change.sessions === null ? null : new Set(change.sessions)
    const before = this.#places
    const sessions = await this.deps.board.sessions()
    this.#places = new Map(sessions.map((session) => [session.id, placeOf(session)]))
    return sessions
      .filter((session) => this.only === undefined || session.id === this.only)
      .filter((session) => named === null || named.has(session.id) || (before.has(session.id) && before.get(session.id) !== placeOf(session)))
      .map((session) => ({ event: 'session', data: JSON.stringify(sessionJson(session)) }))
  }
}

/** `event` messages: each new event, oldest first. */
export class JsonEventsFeed implements Feed {
  readonly #tail: EventsTail

  constructor(deps: SessionFeedDeps) {
    this.#tail = new EventsTail(deps.sql, deps.now())
  }

  async render(): Promise<Message[]> {
    return (await this.#tail.events()).map((event) => ({ event: 'event', data: JSON.stringify(eventJson(event)) }))
  }
}
