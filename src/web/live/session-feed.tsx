import { Html } from '@elysiajs/html'
import type { Sql } from 'postgres'
import { WorstMark } from '../../../views/layouts/worst-mark'
import { announce, ids, partial } from '../../../views/live'
import { toHtml } from '../../../views/render'
import { SessionControl } from '../../../views/sessions/control'
import { SessionFacts } from '../../../views/sessions/facts'
import { SessionHead } from '../../../views/sessions/head'
import { SessionMessages } from '../../../views/sessions/messages'
import { QrCard } from '../../../views/sessions/qr-card'
import { worstOf } from '../../../views/sessions/rank'
import { SessionTimeline } from '../../../views/sessions/timeline'
import type { Controls } from '../../control/controls'
import type { Instant, Status } from '../../domain/event'
import type { ControlRecord } from '../../domain/records'
import type { Change } from '../../live/bus'
import type { Feed } from '../../live/pacer'
import type { Message } from '../../live/sse'
import type { Board } from '../board'
import { loadControl } from '../dashboard/session-control'
import { loadHistory, type SessionHistory } from '../dashboard/session-history'
import { matrixOf } from '../qr'
import { EventsTail } from './events-tail'

export interface SessionFeedDeps {
  sql: Sql
  board: Board
  controls: Pick<Controls, 'capabilitiesOf'>
  now(): Instant
}

/** Topic `session:<id>`: the fragments that differ from what was sent last, and the new events on top of the tail. */
export class SessionFeed implements Feed {
  readonly #sent = new Map<string, string>()
  readonly #tail: EventsTail
  #status: Status | null = null

  constructor(
    private readonly deps: SessionFeedDeps,
    private readonly id: string,
  ) {
    this.#tail = new EventsTail(deps.sql, deps.now(), id)
  }

  async render(_change: Change): Promise<Message[]> {
    const { sql, board } = this.deps
    const [sessions, history, rows] = await Promise.all([board.sessions(), loadHistory(sql, this.id), this.#tail.rows(false)])
    const session = sessions.find(({ id }) => id === this.id)
    if (!session) return []
    const control = await loadControl(this.deps, session)
    const fragments = this.#changed(fragmentsOf(session, history, control, this.deps.now()))
    fragments.push(...this.#changed({ [ids.worst]: toHtml(<WorstMark worst={worstOf(sessions)} />) }))
    if (rows !== '') fragments.push(rows)
    if (this.#status !== null && this.#status !== session.status) fragments.push(announce(session))
    this.#status = session.status
    return fragments.length > 0 ? [{ data: fragments.join('') }] : []
  }

  #changed(fragments: Record<string, string>): string[] {
    const changed: string[] = []
    for (const [id, html] of Object.entries(fragments)) {
      const hash = String(Bun.hash(html))
      if (this.#sent.get(id) === hash) continue
      this.#sent.set(id, hash)
      changed.push(partial(id, html))
    }
    return changed
  }
}

function fragmentsOf(
  session: Parameters<typeof SessionHead>[0]['session'],
  history: SessionHistory,
  control: ControlRecord | null,
  now: Instant,
): Record<string, string> {
  return {
    [ids.head]: toHtml(<SessionHead session={session} now={now} />),
    [ids.qr]: toHtml(<QrCard session={session} matrix={matrixOf(session.qr?.code ?? null)} now={now} />),
    [ids.control]: toHtml(<SessionControl session={session} control={control} now={now} />),
    [ids.timeline]: toHtml(<SessionTimeline transitions={history.transitions} now={now} />),
    [ids.facts]: toHtml(<SessionFacts session={session} now={now} />),
    [ids.messages]: toHtml(<SessionMessages messages={history.messages} calls={history.calls} />),
  }
}
