/** What a row of the table of lives says: how one kind of sender does what all of them do. */
import type { Dialect } from '../../../src/tasks/simulate/happening'
import type { StandIn } from '../../control/stand-ins/stand-in'
import { type Desk, SECRET } from '../../support/desk'
import { retold, type Word } from '../../support/recorded'
import { until } from '../../support/until'

/** A recorded delivery, and which of its words are others now. */
export type Post = readonly [sample: string, ...words: Word[]]

export interface Scene {
  desk: Desk
  /** Of our server. */
  url: string
  /** The sender posts these, one after the other. */
  posts(...deliveries: Post[]): Promise<void>
  /** The same to the URL of the source, so that only the body says whose they are. */
  postsToSource(...deliveries: Post[]): Promise<void>
  /** Waits until its REST API was asked for this. */
  asked(call: string): Promise<unknown>
  /** An operator has the sender's sessions listed, in another tab. */
  imports(): Promise<void>
}

export type Step = (scene: Scene) => Promise<unknown>

/** Where there is something to scan. */
export interface Pairing {
  /** Up to the moment at which this code should be on the page; the first of a pairing, or the next one. */
  shows(scene: Scene, code: string, isFirst: boolean): Promise<unknown>
  /** Until it is known that the phone has scanned. */
  scanned: Step
}

/** What the page says of a session that somebody has to pair anew. */
export interface LoggedOut {
  status: string
  why: string
}

export interface Life {
  dialect: Dialect
  /** In test/fixtures; the provider's id where it is not another. */
  samples?: string
  /** The session of the samples. */
  session: string
  /** The sender's REST API, where it has one; with the key that it wants. */
  api?: { server: StandIn; key: string }
  /** @returns what undoes it. */
  hurry?(): () => void
  /** What its card of controls offers. */
  buttons: readonly string[]
  /** Words that no two deliveries have in common: exchanged wherever they are. */
  renew?(sample: string): readonly Word[]
  /** Until there is a page of the session. */
  appears: Step
  pairing?: Pairing
  receives: Step
  /** Each word for the ticks of an own message, and how the sender comes to tell it; '' stands for none yet. */
  ticks: readonly (readonly [word: string, tell: Step])[]
  /** Falls away, and comes back by itself. */
  flap: { drops: Step; returns: Step; away: string | RegExp; why?: string }
  /** Unlinked on the phone, or what comes nearest to it. */
  unlinked: Step
  /** Where it is not told as such. */
  unlinkedAs?: LoggedOut
  /** Where an operator can have it logged out: what the API is asked for, and what the sender posts then. */
  logOut?: { call: string; follows?: Step }
  /** What only this one does, as the name of a test. */
  besides?: { [sentence: string]: Step }
}

export function sceneOf(life: Life, desk: Desk, url: string): Scene {
  const { dialect, samples = dialect.id } = life
  const tell = async (session: string | null, deliveries: readonly Post[]) => {
    for (const [sample, ...words] of deliveries) {
      const delivery = await retold(dialect, samples, sample, [...words, ...(life.renew?.(sample) ?? [])], SECRET)
      await desk.hear(dialect.id, { session, ...delivery })
    }
  }
  return {
    desk,
    url,
    posts: (...deliveries) => tell(life.session, deliveries),
    postsToSource: (...deliveries) => tell(null, deliveries),
    asked: (call) => until(() => life.api?.server.asked.some(({ method, path }) => `${method} ${path}` === call), `the call ${call}`),
    async imports() {
      const tab = await desk.page.context().newPage()
      await tab.goto(`${url}/sources/${dialect.id}/control`)
      await tab.getByRole('button', { name: 'Import its sessions' }).click()
      await tab.getByText('The sender has 1').waitFor()
      await tab.close()
    },
  }
}

/** Presses Start, and sees that it was understood. */
export async function started({ desk }: Scene): Promise<void> {
  await desk.act('Start')
  await desk.outcome('The sender is starting the session')
}

/** Sees that the code was taken. */
export const signingIn = ({ desk }: Scene) => desk.page.getByRole('heading', { name: 'Scanned, signing in' }).waitFor()

/** One that has fallen away often is said to flap while it comes up. */
export const STARTING = /^(Starting|Flapping)$/

/** `Connected`, whatever else is said of it. */
export const CONNECTED = /^Connected(, but flapping)?$/
