/** The play: many lines living side by side, as an endless list of deliveries. The same options play the same. */
import { Agenda } from './agenda'
import { Chance } from './chance'
import { Conversations } from './conversation'
import { evolutionDialect } from './evolution'
import { gowaDialect } from './gowa'
import { type Dialect, type Happening, type Line, newLine } from './happening'
import { type Beginning, life, type Moment } from './life'
import { metaDialect } from './meta'
import { openWaV4Dialect } from './open-wa-v4'
import { openWaV5Dialect } from './open-wa-v5'
import { personName, phone } from './people'
import { signedDialect } from './signed'
import { wahaDialect } from './waha'
import { wppconnectDialect } from './wppconnect'
import { wuzapiDialect } from './wuzapi'
import { wwebjsDialect } from './wwebjs'

export const DIALECTS: readonly Dialect[] = [
  wwebjsDialect,
  wahaDialect,
  evolutionDialect,
  wppconnectDialect,
  openWaV4Dialect,
  openWaV5Dialect,
  metaDialect,
  gowaDialect,
  wuzapiDialect,
  signedDialect,
]

export interface PlayOptions {
  sessions: number
  /** Deliveries per second of the play. */
  rate: number
  dialects: readonly Dialect[]
  seed: number
  /** When the play begins, in milliseconds. */
  startAt: number
}

/** A delivery before it is signed. `due` is in seconds of the play. */
export interface Spoken {
  due: number
  session: string
  dialect: Dialect
  body: string
  id: string
  at: number
}

interface Actor {
  line: Line
  dialect: Dialect
  moments: Generator<Moment, never>
  conversations: Conversations
  talks: boolean
}

type Due = { actor: Actor; moment: Moment } | { actor: Actor; happening: Happening }

export function* play(options: PlayOptions): Generator<Spoken, never> {
  const chance = new Chance(options.seed)
  const agenda = new Agenda<Due>()
  const actors = Array.from({ length: options.sessions }, (_, nth) => createActor(chance, options, nth))
  for (const actor of actors) addMoment(agenda, actor, 0)
  const talking = new Talking(actors)
  let clock = 0
  for (;;) {
    const due = agenda.take(clock)
    const told = due ? tellDue(agenda, due, talking, clock) : converse(agenda, chance, talking, clock, options)
    if (told) {
      const at = options.startAt + clock * 1000
      for (const body of told.actor.dialect.tell(told.actor.line, told.happening, at, () => ulidLike(chance))) {
        yield { due: clock, session: told.actor.line.name, dialect: told.actor.dialect, body, id: ulidLike(chance), at }
        clock += 1 / options.rate
      }
    } else if (!due) {
      // Nobody can write: on to whatever comes next.
      clock = talking.size > 0 ? clock + 1 / options.rate : Math.max(clock, agenda.dueAt ?? clock)
    }
  }
}

function createActor(chance: Chance, { dialects }: PlayOptions, nth: number): Actor {
  const line = newLine(`${chance.pick(TRADES)}-${chance.pick(TEAMS)}-${nth + 1}`, phone(chance), personName(chance))
  const own = new Chance(chance.int(0, 2 ** 31))
  const dialect = dialects[nth % dialects.length] as Dialect
  const moments = life(own, { steadiness: 120, qrEvery: 8 }, BEGINNINGS[nth % BEGINNINGS.length] as Beginning)
  return { line, dialect, moments, conversations: new Conversations(line, own), talks: false }
}

function tellDue(agenda: Agenda<Due>, due: Due, talking: Talking, clock: number): { actor: Actor; happening: Happening } | undefined {
  if ('happening' in due) return due
  const { actor, moment } = due
  if (moment.talks !== undefined) talking.set(actor, moment.talks)
  addMoment(agenda, actor, clock)
  return moment.happening && { actor, happening: moment.happening }
}

function addMoment(agenda: Agenda<Due>, actor: Actor, clock: number): void {
  const moment = actor.moments.next().value
  agenda.add(clock + moment.after, { actor, moment })
}

function converse(
  agenda: Agenda<Due>,
  chance: Chance,
  talking: Talking,
  clock: number,
  { startAt }: PlayOptions,
): { actor: Actor; happening: Happening } | undefined {
  const actor = talking.pick(chance)
  if (!actor) return undefined
  const [first, ...later] = actor.conversations.next(startAt + clock * 1000)
  for (const { after, happening } of later) agenda.add(clock + after, { actor, happening })
  return first && { actor, happening: first.happening }
}

/** The lines over which people can write just now; picking one takes no search. */
class Talking {
  readonly #actors: Actor[] = []

  constructor(actors: Actor[]) {
    for (const actor of actors) if (actor.talks) this.#actors.push(actor)
  }

  get size(): number {
    return this.#actors.length
  }

  set(actor: Actor, talks: boolean): void {
    if (actor.talks === talks) return
    actor.talks = talks
    if (talks) this.#actors.push(actor)
    else this.#actors.splice(this.#actors.indexOf(actor), 1)
  }

  pick(chance: Chance): Actor | undefined {
    return this.#actors.length > 0 ? chance.pick(this.#actors) : undefined
  }
}

function ulidLike(chance: Chance): string {
  return `01${chance.text(24, '0123456789abcdefghjkmnpqrstvwxyz')}`
}

/** Somebody always has to pair; most went on running while nobody listened. */
const BEGINNINGS: readonly Beginning[] = ['unpaired', 'connected', 'paired', 'connected']

const TRADES = ['acme', 'clinic', 'shop', 'hotel', 'garage', 'bakery', 'school', 'travel', 'pharmacy', 'gym'] as const
const TEAMS = ['sales', 'support', 'night', 'es', 'de', 'br', 'front-desk', 'orders'] as const
