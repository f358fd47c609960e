import type { SessionFacts, Status } from '../domain/event'
import type { Api } from './client'
import type { Told } from './told'

/** What an operator can have a sender do. */
export const ACTIONS = ['start', 'stop', 'restart', 'logout', 'pairing_code'] as const
export type Action = (typeof ACTIONS)[number]

/** All that an API can be asked for; which of it one offers is told by which functions its controller has. */
export const OFFERS = ['start', 'stop', 'restart', 'logout', 'pairingCode', 'qr', 'status', 'list'] as const
export type Offer = (typeof OFFERS)[number]

/** What a sender says about a session, as the facts that its webhook would have brought. */
export interface Answer extends SessionFacts {
  /** Statuses that its word leaves possible: `connecting` says nothing against a session in `qr`. */
  fits?: readonly Status[]
}

export interface Listed {
  name: string
  /** Absent where the list gives names only: then the status is asked for. */
  answer?: Answer
}

export interface Watch {
  /** Ask for the status of sessions in these statuses, every so often. */
  status?: { of: readonly Status[]; everyMs: number }
  /** Ask for the code of a session in `qr` when none is known, or when the known one is this old. */
  codeAfterMs?: number
}

type Ask<T> = (api: Api, session: string) => Promise<Told<T>>

/**
 * How to drive one kind of sender through its REST API: a value, not a class. What the API does not offer is absent. Where a fact comes
 * from stands in the file of each.
 */
export interface Controller {
  id: string
  label: string
  /** The provider whose sessions it drives, where that has another id. */
  provider?: string
  /** What it wants to know us by. */
  key: { label: string; hint: string; required: boolean }
  /** Sends the key along; absent where every call does it in its own way. */
  authorise?(key: string): Record<string, string>
  /** Which names it accepts, where it is known. */
  sessionName?: { pattern: RegExp; words: string }
  /** What its webhooks never tell, so that it has to be asked for. */
  watch?: Watch
  start?: Ask<Answer>
  stop?: Ask<Answer>
  restart?: Ask<Answer>
  /** To come back somebody has to scan again. */
  logout?: Ask<Answer>
  /** null: the sender took the request, and its webhook brings the code. `phone` is digits only. */
  pairingCode?(api: Api, session: string, phone: string): Promise<Told<string | null>>
  /** The raw text of the current code; null when there is none now. */
  qr?: Ask<string | null>
  status?: Ask<Answer>
  list?(api: Api): Promise<Told<Listed[]>>
  /** What to know before relying on it, for docs/control.md and for the operator. */
  notes: Partial<Record<Offer, string>>
}

export const OFFER_OF: Record<Action, Offer> = { start: 'start', stop: 'stop', restart: 'restart', logout: 'logout', pairing_code: 'pairingCode' }

export function offers(controller: Controller, offer: Offer): boolean {
  return controller[offer] !== undefined
}
