import { type Instant, STATUSES } from '../domain/event'
import { listSessionTargets, type SessionTarget } from '../store/session-targets'
import type { Link } from './book'
import { ASK_FOR_CODES_MS, fetchCode } from './codes'
import type { Controls } from './controls'
import { entryOf, evidenceOf } from './evidence'
import { inquire } from './inquiry'

const AT_ONCE = 500
/** Between two tries for the same code. */
const CODE_RETRY_MS = 10_000

/**
 * Asks the senders whose webhooks leave something out (GOWA its states, WAHA and open-wa v5 their codes). Each source is asked on its
 * own, one session after the other: one that hangs is left alone until it has answered, and asked more rarely when it is down.
 */
export class SenderWatch {
  readonly #asking = new Map<string, Promise<void>>()
  readonly #dueAt = new Map<string, Instant>()

  constructor(
    private readonly controls: Controls,
    private readonly failed: (cause: unknown) => void,
    private readonly random: () => number = Math.random,
  ) {}

  /** Begins whatever is due. @returns when that is done, or after `withinMs`: what hangs goes on beside the next round. */
  async round(withinMs: number): Promise<void> {
    for (const link of (await this.controls.links.all()).values()) {
      if (!link.controller.watch || this.#asking.has(link.sourceId) || !this.controls.patience.isDue(link.sourceId)) continue
      this.#asking.set(
        link.sourceId,
        this.#ask(link)
          .catch(this.failed)
          .finally(() => this.#asking.delete(link.sourceId)),
      )
    }
    let timer: Timer | undefined
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)))
    await Promise.race([this.settle(), over])
    clearTimeout(timer)
  }

  /** Resolves when nobody is being asked. */
  async settle(): Promise<void> {
    await Promise.all(this.#asking.values())
  }

  async #ask(link: Link): Promise<void> {
    const { deps, patience } = this.controls
    const { status, codeAfterMs } = link.controller.watch ?? {}
    const statuses = STATUSES.filter((one) => status?.of.includes(one) === true || (codeAfterMs !== undefined && one === 'qr'))
    const targets = await listSessionTargets(deps.sql, link.sourceId, { statuses, limit: AT_ONCE }, deps.allowances)
    if (this.#dueAt.size > 20 * AT_ONCE) this.#dueAt.clear()
    for (const target of targets) {
      // A sender that has just failed is not asked about its other sessions.
      if (!patience.isDue(link.sourceId)) return
      if (isForgotten(target, deps.now())) continue
      if (codeAfterMs !== undefined && needsCode(target, codeAfterMs, deps.now()) && this.#take(`code ${target.sessionId}`, CODE_RETRY_MS))
        await fetchCode(this.controls, link, target.sessionId)
      if (status?.of.includes(target.state.status) === true && this.#take(target.sessionId, status.everyMs)) await this.#askStatus(link, target)
    }
  }

  async #askStatus(link: Link, target: SessionTarget): Promise<void> {
    const { deps, patience } = this.controls
    const answer = await inquire(link, target, deps.now)
    if (!answer.ok) return patience.failed(link.sourceId, answer.failure)
    patience.answered(link.sourceId)
    const evidence = evidenceOf(target.state, answer.value.answer, answer.value.askedAt)
    if (evidence.length > 0) await deps.writer.append(entryOf(target, evidence, deps.now()))
  }

  /** Whether it is this one's turn; if so, the next one comes after about `everyMs`, not at the same moment as all others. */
  #take(what: string, everyMs: number): boolean {
    const now = this.controls.deps.now()
    if ((this.#dueAt.get(what) ?? 0) > now) return false
    this.#dueAt.set(what, now + everyMs * (0.8 + this.random() * 0.4))
    return true
  }
}

function needsCode({ state }: SessionTarget, afterMs: number, now: Instant): boolean {
  return state.status === 'qr' && (state.qr === null || state.qr.code === null || now - state.qr.at > afterMs)
}

function isForgotten({ state }: SessionTarget, now: Instant): boolean {
  return state.status === 'qr' && now - state.since > ASK_FOR_CODES_MS
}
