import { Html } from '@elysiajs/html'
import { WorstMark } from '../../../views/layouts/worst-mark'
import { announce, ids, LIVE_EVENTS, partial } from '../../../views/live'
import { toHtml } from '../../../views/render'
import { Counters, countSessions } from '../../../views/sessions/counters'
import { rankOf, worstOf } from '../../../views/sessions/rank'
import { SessionRow } from '../../../views/sessions/row'
import type { Instant } from '../../domain/event'
import type { SessionRecord } from '../../domain/records'
import type { Change } from '../../live/bus'
import type { Feed } from '../../live/pacer'
import type { Message } from '../../live/sse'
import type { Board } from '../board'

/** More rows than this at once are not sent one by one: the board fetches itself. */
const ROWS = 40
/** More than this at once nobody can listen to. */
const ANNOUNCED = 3

/** Topic `sessions`: rows of what moved, the counters, the worst; and whether rows changed places. */
export class SessionsFeed implements Feed {
  #ranks: Map<string, string> | null = null
  #summary = ''

  constructor(
    private readonly board: Board,
    private readonly now: () => Instant,
  ) {}

  async render(change: Change): Promise<Message[]> {
    const sessions = await this.board.sessions()
    const before = this.#ranks
    this.#ranks = new Map(sessions.map((session) => [session.id, placeOf(session)]))
    const named = change.sessions === null ? null : new Set(change.sessions)
    const moved = sessions.filter((session) => named?.has(session.id) || (before !== null && before.get(session.id) !== placeOf(session)))
    const fragments = moved.length <= ROWS ? moved.map((session) => this.#row(session)) : []
    fragments.push(...this.#summaryOf(sessions), ...announced(moved, before))
    const messages: Message[] = fragments.length > 0 ? [{ data: fragments.join('') }] : []
    const isReordered =
      named === null || moved.length > ROWS || sessions.length !== before?.size || moved.some((session) => before.get(session.id) !== placeOf(session))
    if (isReordered) messages.push({ event: LIVE_EVENTS.sessionsChanged, data: '1' })
    return messages
  }

  #row(session: SessionRecord): string {
    return partial(ids.row(session.id), toHtml(<SessionRow session={session} now={this.now()} />))
  }

  #summaryOf(sessions: readonly SessionRecord[]): string[] {
    const counts = toHtml(<Counters counts={countSessions(sessions)} />)
    const worst = toHtml(<WorstMark worst={worstOf(sessions)} />)
    if (counts + worst === this.#summary) return []
    this.#summary = counts + worst
    return [partial(ids.counts, counts), partial(ids.worst, worst)]
  }
}

/** Equal as long as the row keeps its place and its group. */
export function placeOf(session: SessionRecord): string {
  return `${rankOf(session)} ${session.status} ${session.health}`
}

function announced(moved: readonly SessionRecord[], before: ReadonlyMap<string, string> | null): string[] {
  const changed = moved.filter((session) => before?.has(session.id) && before.get(session.id)?.split(' ')[1] !== session.status)
  return changed.slice(0, ANNOUNCED).map(announce)
}
