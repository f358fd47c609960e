/** What people write over a line, and what follows from it later. Times are seconds of the play. */
import type { Chance } from './chance'
import type { Happening, Line, Talk } from './happening'
import { answer, EMOJI, personName, phone, question } from './people'

export interface Follow {
  after: number
  happening: Happening
}

interface Person {
  chat: string
  name: string
}

/** The people who write over one line. */
export class Conversations {
  readonly #people: Person[]
  #last: Talk | null = null

  constructor(
    private readonly line: Line,
    private readonly chance: Chance,
  ) {
    this.#people = Array.from({ length: chance.int(3, 12) }, () => ({ chat: `${phone(chance)}@c.us`, name: personName(chance) }))
  }

  /** What happens next, and what it leads to. `at` is in milliseconds. */
  next(at: number): Follow[] {
    const { chance } = this
    const fate = chance.next()
    if (fate < 0.5) return this.#heard(at)
    if (fate < 0.88) return this.#said(at)
    if (fate < 0.94) return this.#reacted()
    if (fate < 0.96) return this.#edited()
    if (fate < 0.98) return this.#revoked()
    return [{ after: 0, happening: { kind: 'call', id: chance.hex(32), from: chance.pick(this.#people).chat, video: chance.happens(0.3) } }]
  }

  #heard(at: number): Follow[] {
    const { chance } = this
    const { chat, name } = chance.pick(this.#people)
    const isGroup = chance.happens(0.1)
    const talk: Talk = {
      id: chance.hex(32),
      chat: isGroup ? `1203${chat.slice(0, 13)}@g.us` : chat,
      fromMe: false,
      name,
      text: question(chance),
      at,
      ...(isGroup ? { author: chat } : {}),
    }
    this.#last = talk
    if (!chance.happens(0.12)) return [{ after: 0, happening: { kind: 'message', talk } }]
    const bytes = chance.int(600, 4_000)
    talk.media = { mimetype: chance.happens(0.8) ? 'image/jpeg' : 'application/pdf', bytes }
    // The file has to be downloaded first: it comes after what was written meanwhile.
    return [
      { after: 0, happening: { kind: 'message', talk } },
      { after: chance.between(0.2, 3), happening: { kind: 'media', talk, data: chance.base64(bytes) } },
    ]
  }

  /** Each receipt has its own way: the order among messages is anybody's, and sometimes that of one message too. */
  #said(at: number): Follow[] {
    const { chance } = this
    const { chat } = chance.pick(this.#people)
    const talk: Talk = { id: `3EB0${chance.hex(16)}`, chat, fromMe: true, name: this.line.account.name, text: answer(chance), at }
    this.#last = talk
    const follows: Follow[] = [{ after: 0, happening: { kind: 'message', talk } }]
    if (chance.happens(0.01)) return [...follows, { after: 2, happening: { kind: 'ack', talk, ack: -1 } }]
    const sent = chance.between(0.1, 1)
    const arrived = sent + (chance.happens(0.9) ? chance.between(0.1, 5) : chance.between(-0.1, 60))
    follows.push({ after: sent, happening: { kind: 'ack', talk, ack: 1 } }, { after: arrived, happening: { kind: 'ack', talk, ack: 2 } })
    if (chance.happens(0.7)) follows.push({ after: arrived + chance.wait(20), happening: { kind: 'ack', talk, ack: 3 } })
    return follows
  }

  #reacted(): Follow[] {
    const talk = this.#last
    if (!talk) return []
    const emoji = this.chance.happens(0.15) ? '' : this.chance.pick(EMOJI)
    return [{ after: 0, happening: { kind: 'reaction', talk, id: this.chance.hex(32), emoji, sender: talk.author ?? talk.chat } }]
  }

  #edited(): Follow[] {
    const talk = this.#last
    if (!talk || talk.media) return []
    this.#last = { ...talk, text: `${talk.text} *` }
    return [{ after: 0, happening: { kind: 'edited', talk: this.#last, before: talk.text } }]
  }

  #revoked(): Follow[] {
    const talk = this.#last
    if (!talk) return []
    this.#last = null
    return [{ after: 0, happening: { kind: 'revoked', talk, id: this.chance.hex(32) } }]
  }
}
