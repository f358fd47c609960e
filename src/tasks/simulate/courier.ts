import type { Dialect } from './happening'
import { count, noteLatency, type Outcome } from './outcome'

export interface Letter {
  session: string
  dialect: Dialect
  body: string
  id: string
  at: number
}

export interface CourierOptions {
  /** The source's webhook URL; the session's name is appended. */
  webhookUrl: string
  secret: string
  outcome: Outcome
  signal: AbortSignal
}

/** Posts as the services do: many at once, in no order, each try anew as its service would. */
export class Courier {
  #inFlight = 0
  #waiting = 0
  #idle: (() => void)[] = []

  constructor(private readonly options: CourierOptions) {}

  get inFlight(): number {
    return this.#inFlight
  }

  /** Deliveries whose sender waits to try again. */
  get waiting(): number {
    return this.#waiting
  }

  send(letter: Letter): void {
    this.options.outcome.told++
    void this.#try(letter, 0)
  }

  /** Resolves when nothing is in flight; those that wait to try again do not count. */
  async settled(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((done) => this.#idle.push(done))
  }

  async #try(letter: Letter, attempt: number): Promise<void> {
    this.#inFlight++
    const answer = await this.#post(letter)
    this.#inFlight--
    if (!answer.ok) this.#again(letter, attempt, answer)
    if (this.#inFlight === 0) for (const done of this.#idle.splice(0)) done()
  }

  #again(letter: Letter, attempt: number, answer: Answer): void {
    const { outcome, signal } = this.options
    const wait = waitOf(letter.dialect, attempt, answer)
    if (wait === null) {
      outcome.lost++
      return
    }
    this.#waiting++
    const timer = setTimeout(() => {
      this.#waiting--
      outcome.retried++
      void this.#try(letter, attempt + 1)
    }, wait)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  async #post({ session, dialect, body, id, at }: Letter): Promise<Answer> {
    const { webhookUrl, secret, outcome } = this.options
    const headers = dialect.sign(secret, body, { id, at, now: Date.now() })
    const startedAt = performance.now()
    try {
      const response = await fetch(`${webhookUrl}/${encodeURIComponent(session)}`, { method: 'POST', headers, body, redirect: 'manual' })
      const text = await response.text()
      noteLatency(outcome, performance.now() - startedAt)
      if (response.ok) noteKept(outcome, text)
      else count(response.status >= 400 && response.status < 500 ? outcome.refused : outcome.failed, String(response.status))
      const retryAfter = Number(response.headers.get('retry-after'))
      return { ok: response.ok, status: response.status, retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : null }
    } catch (cause) {
      count(outcome.failed, (cause as { code?: string }).code ?? 'no answer')
      return { ok: false, status: null, retryAfterMs: null }
    }
  }
}

/** `status` is null when no answer came. */
interface Answer {
  ok: boolean
  status: number | null
  retryAfterMs: number | null
}

/** How long its service waits before it tries again, in milliseconds; null when it does not. */
function waitOf({ retries, givesUpOn, ignoresRetryAfter, jitter }: Dialect, attempt: number, { status, retryAfterMs }: Answer): number | null {
  const own = retries[attempt]
  if (own === undefined || (status !== null && givesUpOn?.includes(status))) return null
  if (retryAfterMs !== null && !ignoresRetryAfter) return retryAfterMs
  // Evolution never waits less than at first.
  return jitter === undefined ? own : Math.max(retries[0] ?? 0, own * (1 + jitter * (2 * Math.random() - 1)))
}

function noteKept(outcome: Outcome, text: string): void {
  const answer = JSON.parse(text) as { duplicate?: boolean; quarantined?: boolean }
  if (answer.duplicate) outcome.duplicate++
  else if (answer.quarantined) outcome.quarantined++
  else outcome.accepted++
}
