import { Chance } from '../simulate/chance'
import { count } from '../simulate/outcome'
import type { Acknowledgements } from './acknowledgements'
import { CAST, type Cast, digestOf, type Letter, Narrator, NUMBER } from './narrator'

export interface OracleOptions {
  /** The default source's webhook URL, to which the session's name is appended. */
  webhookUrl: string
  secret: string
  seed: number
  rate: number
  acknowledgements: Pick<Acknowledgements, 'note'>
  /** Told of every 2xx, once it is on disk that there was one, with when its request was made. */
  acknowledged(askedAt: number, latencyMs: number): void
}

export interface OracleCounts {
  /** Numbers given out. */
  sent: number
  acknowledged: number
  duplicates: number
  /** Answers that were none: connection refused, reset, broken off. */
  unanswered: number
  /** Answers but 2xx, by status. */
  refused: Map<string, number>
  /** Numbers of senders that try again, which were never acknowledged before the end. */
  givenUp: number
}

/** A service repeats after 2 s and more; here sooner, so that each kill meets several tries. */
const AGAIN_AFTER_MS = { least: 40, most: 400 }
const UNREACHABLE_WAIT_MS = { least: 30, most: 200 }

/** The senders: they number what they post, post it as their services do, and note what was promised. */
export class Oracle {
  readonly counts: OracleCounts = { sent: 0, acknowledged: 0, duplicates: 0, unanswered: 0, refused: new Map(), givenUp: 0 }
  readonly #chance: Chance
  #senders: Promise<void>[] = []
  #isEnding = false
  #giveUpAt = Number.POSITIVE_INFINITY

  constructor(private readonly options: OracleOptions) {
    this.#chance = new Chance(options.seed)
  }

  start(): void {
    const parallel = CAST.reduce((sum, cast) => sum + cast.parallel, 0)
    const thinkMs = (parallel * 1000) / this.options.rate
    this.#senders = CAST.flatMap((cast, i) => {
      const narrator = new Narrator(cast, this.options.seed * 1_000 + i)
      return Array.from({ length: cast.parallel }, () => this.#send(cast, narrator, thinkMs))
    })
  }

  /** No new numbers; who tries again goes on until he is heard, or until so much time is over. */
  async finish(withinMs: number): Promise<void> {
    this.#isEnding = true
    this.#giveUpAt = performance.now() + withinMs
    await Promise.all(this.#senders)
  }

  async #send(cast: Cast, narrator: Narrator, thinkMs: number): Promise<void> {
    const chance = this.#chance
    while (!this.#isEnding) {
      // In spurts: mostly the next one at once, sometimes a pause.
      if (chance.happens(0.3)) await Bun.sleep(chance.wait(thinkMs / 0.3))
      const letter = narrator.tell(++this.counts.sent, Date.now())
      const isHeard = await this.#post(cast, letter, 1)
      if (cast.dialect.retries.length === 0) {
        if (!isHeard) await Bun.sleep(chance.between(UNREACHABLE_WAIT_MS.least, UNREACHABLE_WAIT_MS.most))
      } else if (isHeard || (await this.#repeat(cast, letter))) {
        // Some senders post twice what was acknowledged: their answer was lost behind us.
        if (chance.happens(0.03)) await this.#post(cast, letter, 2)
      } else this.counts.givenUp++
    }
  }

  async #repeat(cast: Cast, letter: Letter): Promise<boolean> {
    for (let nth = 2; performance.now() < this.#giveUpAt; nth++) {
      await Bun.sleep(this.#chance.between(AGAIN_AFTER_MS.least, AGAIN_AFTER_MS.most))
      if (await this.#post(cast, letter, nth)) return true
    }
    return false
  }

  async #post({ name, dialect }: Cast, letter: Letter, nth: number): Promise<boolean> {
    const { webhookUrl, secret } = this.options
    const { number, body } = letter
    const headers = dialect.sign(secret, body, { ...letter, now: Date.now() })
    const askedAt = performance.now()
    let status = 0
    let text = ''
    try {
      // Without keep-alive: a client that finds a kept connection closed may post again by itself, and nobody would know.
      const answer = await fetch(`${webhookUrl}/${name}?${NUMBER}=${number}`, { method: 'POST', headers, body, redirect: 'manual', keepalive: false })
      status = answer.status
      text = await answer.text()
    } catch {
      if (status === 0) this.counts.unanswered++
    }
    if (status >= 200 && status < 300) {
      await this.#note(name, letter, nth, text, askedAt)
      return true
    }
    if (status > 0) count(this.counts.refused, String(status))
    return false
  }

  async #note(session: string, { number, body }: Letter, nth: number, text: string, askedAt: number): Promise<void> {
    const latencyMs = performance.now() - askedAt
    const { id = null, duplicate = false } = parse(text)
    await this.options.acknowledgements.note({ number, nth, session, id, duplicate, digest: digestOf(body) })
    this.counts.acknowledged++
    if (duplicate) this.counts.duplicates++
    this.options.acknowledged(askedAt, latencyMs)
  }
}

function parse(text: string): { id?: string; duplicate?: boolean } {
  try {
    return JSON.parse(text) as { id?: string; duplicate?: boolean }
  } catch {
    return {} // The connection broke behind the status line: it was promised all the same.
  }
}
