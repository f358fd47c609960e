import { Html } from '@elysiajs/html'
import { WorstMark } from '../../../views/layouts/worst-mark'
import { ids, LIVE_EVENTS, partial } from '../../../views/live'
import { toHtml } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import { ArrivalCard } from '../../../views/sources/arrival'
import { SourceList } from '../../../views/sources/index'
import { SOURCE_PARTS } from '../../../views/sources/now'
import type { Feed } from '../../live/pacer'
import type { Message } from '../../live/sse'
import type { Source } from '../../store/sources'
import { listLost, listSourceViews, type SourceBoardDeps, sourceNow } from '../source-board'

/** Topic `sources`: the list, when it has changed. */
export class SourcesFeed implements Feed {
  readonly #sent = new Sent()

  constructor(private readonly deps: SourceBoardDeps) {}

  async render(): Promise<Message[]> {
    const [sources, lost, sessions] = await Promise.all([listSourceViews(this.deps), listLost(this.deps), this.deps.board.sessions()])
    const data = this.#sent.changed({
      [ids.sources]: toHtml(<SourceList sources={sources} lost={lost} now={this.deps.now()} />),
      [ids.worst]: toHtml(<WorstMark worst={worstOf(sessions)} />),
    })
    return data === '' ? [] : [{ data }]
  }
}

/** Topic `source:<id>`: what of the source's page has changed. Of its secrets only that they have: they are not for everybody. */
export class SourceFeed implements Feed {
  readonly #sent = new Sent()
  #secrets: string | null = null

  constructor(
    private readonly deps: SourceBoardDeps,
    private readonly id: string,
  ) {}

  async render(): Promise<Message[]> {
    const source = this.deps.sources.list().find(({ id }) => id === this.id)
    if (!source) return []
    const [about, sessions] = await Promise.all([sourceNow(this.deps, source), this.deps.board.sessions()])
    const now = this.deps.now()
    const fragments: Record<string, string> = { [ids.sourceArrival]: toHtml(<ArrivalCard about={about} now={now} />) }
    for (const [id, Part] of Object.entries(SOURCE_PARTS)) fragments[id] = toHtml(<Part about={about} now={now} />)
    fragments[ids.worst] = toHtml(<WorstMark worst={worstOf(sessions)} />)
    const data = this.#sent.changed(fragments)
    const messages: Message[] = data === '' ? [] : [{ data }]
    const secrets = standOf(source)
    if (this.#secrets !== null && this.#secrets !== secrets) messages.push({ event: LIVE_EVENTS.secretsChanged, data: '1' })
    this.#secrets = secrets
    return messages
  }
}

function standOf({ secrets }: Source): string {
  return secrets.map(({ id, uses, retiresAt }) => `${id} ${uses} ${retiresAt}`).join()
}

/** What was sent last of each fragment. */
class Sent {
  readonly #hashes = new Map<string, number | bigint>()

  changed(fragments: Record<string, string>): string {
    let data = ''
    for (const [id, html] of Object.entries(fragments)) {
      // Ages tick by themselves in the browser.
      const hash = Bun.hash(html.replace(/<time [^>]*>[^<]*<\/time>/g, (time) => time.slice(0, time.indexOf('title='))))
      if (this.#hashes.get(id) === hash) continue
      this.#hashes.set(id, hash)
      data += partial(id, html)
    }
    return data
  }
}
