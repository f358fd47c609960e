import { Html } from '@elysiajs/html'
import { WorstMark } from '../../../views/layouts/worst-mark'
import { ids, partial } from '../../../views/live'
import { toHtml } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import type { Feed } from '../../live/pacer'
import type { Message } from '../../live/sse'
import { EventsTail } from './events-tail'
import type { SessionFeedDeps } from './session-feed'

/** Topic `events`: new rows on top. */
export class EventsFeed implements Feed {
  readonly #tail: EventsTail
  #worst = ''

  constructor(private readonly deps: SessionFeedDeps) {
    this.#tail = new EventsTail(deps.sql, deps.now())
  }

  async render(): Promise<Message[]> {
    const [rows, sessions] = await Promise.all([this.#tail.rows(true), this.deps.board.sessions()])
    const worst = toHtml(<WorstMark worst={worstOf(sessions)} />)
    const isNew = worst !== this.#worst
    this.#worst = worst
    const data = rows + (isNew ? partial(ids.worst, worst) : '')
    return data === '' ? [] : [{ data }]
  }
}
