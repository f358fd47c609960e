import type { SessionWork } from '../ingest/batch'
import { findSessionTargetById } from '../store/session-targets'
import type { Link } from './book'
import type { Controls } from './controls'
import { codeEvidence, entryOf } from './evidence'

/** After this long somebody has forgotten the phone: codes are not asked for any more. */
export const ASK_FOR_CODES_MS = 5 * 60_000
const MOST_WAITING = 500

/**
 * Fetches the codes that a webhook announced without giving them (WAHA), as soon as the announcement is committed. One at a time for
 * each source, so that one that hangs holds up no other; what it drops, the watch picks up.
 */
export class CodeFetcher {
  readonly #waiting = new Map<string, Set<string>>()
  readonly #running = new Map<string, Promise<void>>()

  constructor(
    private readonly controls: Controls,
    private readonly failed: (cause: unknown) => void,
  ) {}

  /** Looks for announcements in what was just committed. Takes no time: the fetching happens later. */
  noteCommit(works: readonly SessionWork[]): void {
    for (const work of works) {
      const { state } = work.after
      if (state.status !== 'qr' || state.qr?.code !== null || !work.fresh.some(({ event }) => event.decoded.type === 'session.qr')) continue
      this.#enqueue(work.session.sourceId, work.sessionId)
    }
  }

  /** Resolves when nothing is being fetched. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  #enqueue(sourceId: string, sessionId: string): void {
    const waiting = this.#waiting.get(sourceId) ?? new Set()
    if (waiting.size >= MOST_WAITING) return
    this.#waiting.set(sourceId, waiting.add(sessionId))
    if (!this.#running.has(sourceId)) this.#start(sourceId, waiting)
  }

  #start(sourceId: string, waiting: Set<string>): void {
    const over = this.#drain(sourceId, waiting)
      .catch((cause) => {
        waiting.clear()
        this.failed(cause)
      })
      .finally(() => {
        this.#running.delete(sourceId)
        if (waiting.size > 0) this.#start(sourceId, waiting)
        else this.#waiting.delete(sourceId)
      })
    this.#running.set(sourceId, over)
  }

  async #drain(sourceId: string, waiting: Set<string>): Promise<void> {
    const link = await this.controls.links.find(sourceId)
    for (const sessionId of waiting) {
      waiting.delete(sessionId)
      if (link?.controller.qr && this.controls.patience.isDue(sourceId)) await fetchCode(this.controls, link, sessionId)
    }
  }
}

/** Fetches the code of one session, if it still waits for a scan. */
export async function fetchCode({ deps, patience }: Controls, link: Link, sessionId: string): Promise<void> {
  const target = await findSessionTargetById(deps.sql, sessionId, deps.allowances)
  const now = deps.now()
  if (target?.state.status !== 'qr' || now - target.state.since > ASK_FOR_CODES_MS) return
  const code = await link.controller.qr?.(link.api, target.name)
  if (code === undefined) return
  if (!code.ok) return patience.failed(link.sourceId, code.failure)
  patience.answered(link.sourceId)
  if (code.value === null) return
  const evidence = codeEvidence(target.state, code.value, now)
  if (evidence.length > 0) await deps.writer.append(entryOf(target, evidence, deps.now()))
}
