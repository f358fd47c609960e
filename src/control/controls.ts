import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import type { Instant, OperatorFacts } from '../domain/event'
import type { Allowances } from '../domain/staleness'
import type { Writer } from '../ingest/writer'
import type { SessionTarget } from '../store/session-targets'
import type { Vault } from '../store/vault'
import { type Link, LinkBook } from './book'
import { type Action, type Answer, OFFER_OF, OFFERS, type Offer, offers } from './controller'
import { answered, codeEvidence, type Dated, entryOf, operatorEvent, pairingEvidence } from './evidence'
import { Patience } from './patience'
import { failed, type Told, told } from './told'

export interface ControlDeps {
  sql: Sql
  vault: Vault
  writer: Pick<Writer, 'append'>
  /** Where neither session nor source sets its own. */
  allowances: Allowances
  now(): Instant
}

/** What became of an action, in one sentence. */
export interface Outcome {
  ok: boolean
  message: string
  /** Of the action `pairing_code`: null when the sender's webhook brings it. */
  pairingCode?: string | null
}

/** What can be done with the sessions of a source. */
export interface Capabilities {
  label: string
  offers: readonly Offer[]
}

type By = OperatorFacts['by']

/** Drives the senders' sessions, and writes down who had it done and what came of it. */
export class Controls {
  readonly #stopping = new AbortController()
  readonly links: LinkBook
  readonly patience: Patience
  readonly #underWay = new Map<string, Promise<Outcome>>()

  constructor(readonly deps: ControlDeps) {
    this.links = new LinkBook(deps.sql, deps.vault, deps.now, this.#stopping.signal)
    this.patience = new Patience(deps.now)
  }

  /** Null for a source without a control API. @param source its slug. */
  async capabilitiesOf(source: string): Promise<Capabilities | null> {
    const link = [...(await this.links.all()).values()].find((one) => one.source === source)
    return link === undefined ? null : { label: link.controller.label, offers: OFFERS.filter((offer) => offers(link.controller, offer)) }
  }

  /**
   * Has the sender do it. Resolves when the request is in the ledger; `outcome` when the sender has answered and that is in the ledger
   * too. It never rejects for what the sender says: that is an outcome.
   * @param phone digits only, for `pairing_code`.
   * @throws AppError `conflict` when it cannot be asked for, `invalid` for a session name or number that the sender cannot have.
   */
  async begin(target: SessionTarget, action: Action, by: By, phone = ''): Promise<{ outcome: Promise<Outcome> }> {
    const link = await this.#linkFor(target, action)
    if (this.#underWay.has(target.sessionId)) throw new AppError('conflict', 'Something else is under way for this session: wait until it is done')
    const requested = this.#append(target, [operatorEvent({ action, outcome: 'requested', by }, this.deps.now())])
    const outcome = requested.then(() => this.#run(link, target, action, by, phone)).finally(() => this.#underWay.delete(target.sessionId))
    this.#underWay.set(target.sessionId, outcome)
    outcome.catch(() => {})
    await requested
    return { outcome }
  }

  /** begin(), waited for. */
  async act(target: SessionTarget, action: Action, by: By, phone?: string): Promise<Outcome> {
    return (await this.begin(target, action, by, phone)).outcome
  }

  /** Ends what is under way; each is written down as ended. */
  async close(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled(this.#underWay.values())
  }

  async #linkFor(target: SessionTarget, action: Action): Promise<Link> {
    const link = await this.links.find(target.sourceId)
    if (!link) throw new AppError('conflict', 'This source has no control API: an admin enters its address and key on the page of the source')
    const { controller } = link
    if (!offers(controller, OFFER_OF[action])) throw new AppError('conflict', `${controller.label} has no call for this: docs/control.md says what it offers`)
    const { sessionName } = controller
    if (sessionName && !sessionName.pattern.test(target.name))
      throw new AppError('invalid', `${controller.label} has no session of this name: there it is ${sessionName.words}`)
    return link
  }

  async #run(link: Link, target: SessionTarget, action: Action, by: By, phone: string): Promise<Outcome> {
    const askedAt = this.deps.now()
    const done = await perform(link, target, action, phone)
    const now = this.deps.now()
    const outcome = done.ok
      ? { ok: true, message: DONE[action], ...(done.value.code !== undefined && { pairingCode: done.value.code }) }
      : failureOf(done.failure)
    const facts: OperatorFacts = { action, outcome: outcome.ok ? 'done' : 'failed', by, message: outcome.message }
    const evidence = done.ok ? evidenceOfAction(target, action, done.value, askedAt, now) : []
    if (done.ok) this.patience.answered(target.sourceId)
    else this.patience.failed(target.sourceId, done.failure)
    await this.#append(target, [...evidence, operatorEvent(facts, now)])
    return outcome
  }

  #append(target: SessionTarget, events: readonly Dated[]): Promise<unknown> {
    return this.deps.writer.append(entryOf(target, events, this.deps.now()))
  }
}

type Performed = Answer & { code?: string | null }

async function perform({ controller, api }: Link, target: SessionTarget, action: Action, phone: string): Promise<Told<Performed>> {
  if (action !== 'pairing_code') return (await controller[action]?.(api, target.name)) ?? failed('refused', 'It is not offered')
  const code = await controller.pairingCode?.(api, target.name, phone)
  if (!code) return failed('refused', 'It is not offered')
  return code.ok ? told({ code: code.value }) : code
}

/**
 * The state that follows from a "yes", by the answer's own word where it has one. What was started or logged out goes on by itself: it is
 * dated by the request, so that whatever its webhooks told meanwhile comes after. What was stopped says nothing more: it is dated by
 * the answer, so that nothing from before can revive it.
 */
function evidenceOfAction({ state }: SessionTarget, action: Action, answer: Performed, askedAt: Instant, now: Instant): Dated[] {
  const { code, qr, fits: _fits, ...facts } = answer
  switch (action) {
    case 'pairing_code':
      return typeof code === 'string' ? [pairingEvidence(code, now)] : []
    case 'stop':
      return [answered({ status: 'disconnected', reason: 'stopped' }, now)]
    case 'logout':
      return [answered({ status: 'disconnected', reason: 'logged_out' }, askedAt)]
    default:
      if (qr !== undefined) return codeEvidence(state, qr, askedAt)
      return [answered(facts.status === undefined ? { status: 'starting' } : facts, askedAt)]
  }
}

function failureOf({ kind, message }: { kind: string; message: string }): Outcome {
  return { ok: false, message: kind === 'timeout' ? `${message}; it may have done it all the same` : message }
}

const DONE: Record<Action, string> = {
  start: 'The sender is starting the session',
  stop: 'The sender has stopped the session',
  restart: 'The sender is restarting the session',
  logout: 'Logged out: to come back, somebody has to scan a new code',
  pairing_code: 'The sender made a pairing code',
}
