import type { Change } from '../../live/bus'
import type { Feed } from '../../live/pacer'
import type { Message } from '../../live/sse'
import { eventJson, sessionJson } from '../api/shapes'
import { EventsTold } from './events-told'
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

/** `event` messages: each new event, oldest first; `resync` when they are more than a stream is given at once, or arrived long ago. */
export class JsonEventsFeed implements Feed {
  readonly #told: EventsTold

  constructor(deps: SessionFeedDeps) {
    this.#told = new EventsTold(deps.sql, deps.now())
  }

  async render({ arrivedFrom }: Change): Promise<Message[]> {
    const events = await this.#told.next(arrivedFrom)
    return events?.map((event) => ({ event: 'event', data: JSON.stringify(eventJson(event)) })) ?? [{ event: 'resync', data: '1' }]
  }
}
